import { closest } from 'fastest-levenshtein';
import { InputError } from '#lib/node/errors.ts';

/** Extensions that come with PHP, by the flag that compiles them in. Source: `./configure --help` of 8.2. */
const enabled = [
  ...['bcmath', 'calendar', 'ctype', 'dba', 'dom', 'exif', 'fileinfo', 'filter', 'ftp', 'gd', 'intl'],
  ...['mbstring', 'pcntl', 'pdo', 'phar', 'posix', 'session', 'shmop', 'simplexml', 'soap', 'sockets'],
  ...['sysvmsg', 'sysvsem', 'sysvshm', 'tokenizer', 'xml', 'xmlreader', 'xmlwriter'],
];
/** Those that went to PECL with 8.4 (wiki.php.net/rfc/unbundle_imap_pspell_oci8). */
const removed = ['imap', 'oci8', 'pdo_oci', 'pspell'];
const linked = [
  ...['bz2', 'curl', 'enchant', 'ffi', 'gettext', 'gmp', 'iconv', 'ldap', 'libxml', 'mysqli', 'openssl'],
  ...['pdo_dblib', 'pdo_firebird', 'pdo_mysql', 'pdo_pgsql', 'pdo_sqlite', 'pgsql', 'readline', 'snmp'],
  ...['sodium', 'sqlite3', 'tidy', 'xsl', 'zip', 'zlib', ...removed],
];
const bundled = [...enabled, ...linked];

/** What needs more than a name to be compiled in: the flag says which driver manager. */
const flagOf: Readonly<Record<string, string>> = {
  odbc: '--with-unixODBC',
  pdo_odbc: '--with-pdo-odbc=unixODBC',
};

/** What no flag leaves out. */
const always = ['core', 'date', 'hash', 'json', 'pcre', 'random', 'reflection', 'spl', 'standard'];

/** Extensions that the version's folder compiles from archives of their own. */
export const peclExtensions = ['apcu', 'redis'];

/** What the built-in runtimes use (layers/), what bref.ini sets up, and what describes the build. */
const required = ['curl', 'mbstring', 'pcntl', 'posix', 'opcache', 'sqlite3'];

/**
 * Throws an InputError that says what to do, or names the nearest known extension.
 *
 * @param phpVersion two digits; undefined for a folder of the user's own, whose number says nothing of its PHP
 */
export function checkExtensions(
  extensions: readonly string[],
  without: readonly string[],
  phpVersion: string | undefined,
): void {
  for (const name of extensions) {
    if ([...always, ...peclExtensions, 'opcache'].includes(name)) {
      throw new InputError('extensions', 'must not name what every layer has', name);
    }
    const flag = flagOf[name];
    if (flag !== undefined) {
      const rule = `does not offer what needs a driver manager: say \`configure-flags: ${flag}\``;
      throw new InputError('extensions', rule, name);
    }
    checkName('extensions', name, bundled, phpVersion);
  }
  for (const name of without) {
    if ([...always, ...required].includes(name)) {
      throw new InputError('without-extensions', 'cannot leave out what every layer needs', name);
    }
    checkName('without-extensions', name, [...bundled, ...peclExtensions], phpVersion);
    if (extensions.includes(name)) {
      throw new InputError('without-extensions', 'must not name what "extensions" compiles in', name);
    }
  }
}

/** The flags of PHP's ./configure that compile extensions in and leave others out. */
export function toConfigureFlags(
  extensions: readonly string[],
  without: readonly string[],
): readonly string[] {
  return [
    ...extensions.map((name) => `--${enabled.includes(name) ? 'enable' : 'with'}-${toFlag(name)}`),
    ...without
      .filter((name) => bundled.includes(name))
      .map((name) => `--${enabled.includes(name) ? 'disable' : 'without'}-${toFlag(name)}`),
  ];
}

function toFlag(name: string): string {
  return name.replaceAll('_', '-');
}

function checkName(
  input: string,
  name: string,
  known: readonly string[],
  phpVersion: string | undefined,
): void {
  if (removed.includes(name) && phpVersion !== undefined && phpVersion >= '84') {
    throw new InputError(
      input,
      'must name extensions of this PHP: this one went to PECL with 8.4, and becomes a layer of its own',
      name,
    );
  }
  if (known.includes(name)) return;
  throw new InputError(
    input,
    `must name extensions of PHP (did you mean ${closest(name, known)}?); anything else is compiled by a folder ` +
      'of your own, or into a layer of its own',
    name,
  );
}
