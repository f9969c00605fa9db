import { closest } from 'fastest-levenshtein';
import { InputError } from '../../shared/errors.ts';

/** Extensions that come with PHP, by the flag that compiles them in. Source: `./configure --help` of 8.2 to 8.5. */
const enabled = [
  ...['bcmath', 'calendar', 'ctype', 'dba', 'dom', 'exif', 'fileinfo', 'filter', 'ftp', 'gd', 'intl'],
  ...['mbstring', 'pcntl', 'pdo', 'phar', 'posix', 'session', 'shmop', 'simplexml', 'soap', 'sockets'],
  ...['sysvmsg', 'sysvsem', 'sysvshm', 'tokenizer', 'xml', 'xmlreader', 'xmlwriter'],
];
const linked = [
  ...[
    'bz2',
    'curl',
    'enchant',
    'ffi',
    'gettext',
    'gmp',
    'iconv',
    'ldap',
    'libxml',
    'mysqli',

    'openssl',
  ],
  ...['pdo_dblib', 'pdo_mysql', 'pdo_pgsql', 'pdo_sqlite', 'pgsql', 'readline', 'snmp', 'sodium'],
  ...['sqlite3', 'tidy', 'xsl', 'zip', 'zlib'],
];
const bundled = [...enabled, ...linked];

/** Extensions that the version's folder compiles from archives of their own. */
export const peclExtensions = ['apcu', 'redis'];

/** What the built-in runtimes use (layers/), what bref.ini sets up, and what describes the build. */
const required = ['curl', 'mbstring', 'pcntl', 'posix', 'opcache', 'sqlite3'];

/** Throws an InputError that names the nearest known extension. */
export function checkExtensions(extensions: readonly string[], without: readonly string[]): void {
  for (const name of extensions) checkName('extensions', name, bundled);
  for (const name of without) {
    if (required.includes(name)) {
      throw new InputError('without-extensions', 'cannot leave out what every layer needs', name);
    }
    checkName('without-extensions', name, [...bundled, ...peclExtensions]);
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

function checkName(input: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new InputError(
    input,
    `must name extensions of PHP (did you mean ${closest(name, known)}?); anything else is compiled by a folder ` +
      'of your own, or into a layer of its own',
    name,
  );
}
