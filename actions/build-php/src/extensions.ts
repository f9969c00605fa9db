import { closest } from 'fastest-levenshtein';
import { InputError } from '#lib/node/errors.ts';

/** Extensions in PHP's own source with a flag `--enable-NAME`. Source: `./configure --help` of PHP 8.2. */
const enabledExtensions = [
  ...['bcmath', 'calendar', 'ctype', 'dba', 'dom', 'exif', 'fileinfo', 'filter', 'ftp', 'gd', 'intl'],
  ...['mbstring', 'pcntl', 'pdo', 'phar', 'posix', 'session', 'shmop', 'simplexml', 'soap', 'sockets'],
  ...['sysvmsg', 'sysvsem', 'sysvshm', 'tokenizer', 'xml', 'xmlreader', 'xmlwriter'],
];

/** Extensions that left PHP's source with 8.4. Source: https://wiki.php.net/rfc/unbundle_imap_pspell_oci8. */
const unbundledExtensions = ['imap', 'oci8', 'pdo_oci', 'pspell'];

/** Extensions in PHP's own source with a flag `--with-NAME`. Source: `./configure --help` of PHP 8.2. */
const linkedExtensions = [
  ...['bz2', 'curl', 'enchant', 'ffi', 'gettext', 'gmp', 'iconv', 'ldap', 'libxml', 'mysqli', 'openssl'],
  ...['pdo_dblib', 'pdo_firebird', 'pdo_mysql', 'pdo_pgsql', 'pdo_sqlite', 'pgsql', 'readline', 'snmp'],
  ...['sodium', 'sqlite3', 'tidy', 'xsl', 'zip', 'zlib', ...unbundledExtensions],
];

const bundledExtensions = [...enabledExtensions, ...linkedExtensions];

/** Flags of extensions that need a driver manager. The name of the extension does not choose one. */
const driverManagerFlags: Readonly<Record<string, string>> = {
  odbc: '--with-unixODBC',
  pdo_odbc: '--with-pdo-odbc=unixODBC',
};

/** Extensions that no flag of PHP's ./configure can leave out. */
const coreExtensions = ['core', 'date', 'hash', 'json', 'pcre', 'random', 'reflection', 'spl', 'standard'];

/** The same, since PHP 8.5 (`php -n -m` of 8.5.7 and 8.6.0 rc3). */
const coreExtensionsSince85 = ['lexbor', 'uri'];

/** Extensions that the built-in runtimes (php/runtime), bref.ini or describe-build.php need. */
const requiredExtensions = ['curl', 'mbstring', 'pcntl', 'posix', 'opcache', 'sqlite3'];

export interface ExtensionChoice {
  /** PHP's names of the extensions to compile in. */
  readonly extensions: readonly string[];
  /** PHP's names of the extensions to leave out. */
  readonly withoutExtensions: readonly string[];
}

export interface ExtensionContext {
  /** Extensions that sources.json adds to PHP's own. */
  readonly peclExtensions: readonly string[];
  /** Two digits; undefined if the PHP version is not known, as in a folder of the user's own. */
  readonly phpVersion: string | undefined;
}

/** @throws InputError if the choice breaks a rule; the message names the fix or the nearest known extension */
export function checkExtensions(
  { extensions, withoutExtensions }: ExtensionChoice,
  context: ExtensionContext,
): void {
  for (const name of extensions) checkExtension(name, context);
  for (const name of withoutExtensions) {
    checkWithoutExtension(name, context);
    if (extensions.includes(name)) {
      throw new InputError(
        `Input "without-extensions": "${name}" is also in "extensions". Remove it from one of them.`,
      );
    }
  }
}

function checkExtension(name: string, { peclExtensions, phpVersion }: ExtensionContext): void {
  checkAge(name, 'extensions', phpVersion);
  if ([...coreExtensions, ...coreExtensionsSince85, ...peclExtensions, 'opcache'].includes(name)) {
    throw new InputError(`Input "extensions": "${name}" is in every layer already. Remove it from the list.`);
  }
  const flag = driverManagerFlags[name];
  if (flag !== undefined) {
    throw new InputError(
      `Input "extensions": "${name}" needs a driver manager. Use \`configure-flags: ${flag}\` instead.`,
    );
  }
  if (isUnbundled(name, phpVersion)) {
    throw new InputError(
      `Input "extensions": "${name}" moved to PECL in PHP 8.4. Build it as a separate layer.`,
    );
  }
  if (!bundledExtensions.includes(name)) {
    throw new InputError(
      `Input "extensions": PHP has no extension "${name}". Did you mean "${closest(name, bundledExtensions)}"? ` +
        'Compile any other extension in a folder of your own (input "folder"), or as a separate layer.',
    );
  }
}

function checkWithoutExtension(name: string, { peclExtensions, phpVersion }: ExtensionContext): void {
  checkAge(name, 'without-extensions', phpVersion);
  if ([...coreExtensions, ...coreExtensionsSince85, ...requiredExtensions].includes(name)) {
    throw new InputError(
      `Input "without-extensions": "${name}" cannot be left out, because every layer needs it.`,
    );
  }
  if (peclExtensions.includes(name)) return;
  if (isUnbundled(name, phpVersion)) {
    throw new InputError(
      `Input "without-extensions": "${name}" moved to PECL in PHP 8.4. Remove it from the list.`,
    );
  }
  const known = [...bundledExtensions, ...peclExtensions];
  if (!known.includes(name)) {
    throw new InputError(
      `Input "without-extensions": the layers have no extension "${name}". Did you mean "${closest(name, known)}"?`,
    );
  }
}

/** Rejects an extension that is newer than the PHP version. */
function checkAge(name: string, input: string, phpVersion: string | undefined): void {
  if (!coreExtensionsSince85.includes(name) || phpVersion === undefined || phpVersion >= '85') return;
  throw new InputError(`Input "${input}": "${name}" is new in PHP 8.5. Remove it from the list.`);
}

function isUnbundled(name: string, phpVersion: string | undefined): boolean {
  return unbundledExtensions.includes(name) && phpVersion !== undefined && phpVersion >= '84';
}

/** Returns the flags of PHP's ./configure for a choice. Extensions from PECL need none. */
export function toConfigureFlags({ extensions, withoutExtensions }: ExtensionChoice): readonly string[] {
  return [
    ...extensions.map((name) => `--${enabledExtensions.includes(name) ? 'enable' : 'with'}-${toFlag(name)}`),
    ...withoutExtensions
      .filter((name) => bundledExtensions.includes(name))
      .map((name) => `--${enabledExtensions.includes(name) ? 'disable' : 'without'}-${toFlag(name)}`),
  ];
}

function toFlag(name: string): string {
  return name.replaceAll('_', '-');
}
