import { expect, test } from 'vitest';
import { checkExtensions, toConfigureFlags } from '../src/extensions.ts';

test.each([
  [['calendar'], [], ['--enable-calendar']],
  [['imap', 'pdo_firebird'], ['oci8'], ['--with-imap', '--with-pdo-firebird', '--without-oci8']],
  [['gmp', 'pdo_dblib'], [], ['--with-gmp', '--with-pdo-dblib']],
  [[], ['intl', 'xsl'], ['--disable-intl', '--without-xsl']],
  [[], ['apcu'], []],
])('with %j and without %j, ./configure gets %j', (extensions, withoutExtensions, flags) => {
  expect(toConfigureFlags({ extensions, withoutExtensions })).toEqual(flags);
});

const peclExtensions = ['apcu', 'redis'];

/** Checks the inputs `extensions` and `without-extensions` for a PHP version. */
function check(
  choice: { readonly extensions?: readonly string[]; readonly withoutExtensions?: readonly string[] },
  phpVersion: string | undefined = '84',
): void {
  checkExtensions({ extensions: [], withoutExtensions: [], ...choice }, { peclExtensions, phpVersion });
}

test("accepts PHP's own extensions, and leaves out PECL's too", () => {
  check({ extensions: ['gmp', 'pdo_dblib'], withoutExtensions: ['intl', 'redis'] });
});

test.each([
  [
    'gmpp',
    'Input "extensions": PHP has no extension "gmpp". Did you mean "gmp"? ' +
      'Compile any other extension in a folder of your own (input "folder"), or as a separate layer.',
  ],
  [
    'pdo_odbc',
    'Input "extensions": "pdo_odbc" needs a driver manager. ' +
      'Use `configure-flags: --with-pdo-odbc=unixODBC` instead.',
  ],
  ['redis', 'Input "extensions": "redis" is in every layer already. Remove it from the list.'],
  ['json', 'Input "extensions": "json" is in every layer already. Remove it from the list.'],
  ['imap', 'Input "extensions": "imap" moved to PECL in PHP 8.4. Build it as a separate layer.'],
])('rejects the extension "%s" with its rule', (name, message) => {
  expect(() => check({ extensions: [name] })).toThrow(message);
});

test.each([
  ['json', 'Input "without-extensions": "json" cannot be left out, because every layer needs it.'],
  ['opcache', 'Input "without-extensions": "opcache" cannot be left out, because every layer needs it.'],
  ['reddis', 'Input "without-extensions": the layers have no extension "reddis". Did you mean "redis"?'],
  ['pspell', 'Input "without-extensions": "pspell" moved to PECL in PHP 8.4. Remove it from the list.'],
])('rejects leaving out "%s" with its rule', (name, message) => {
  expect(() => check({ withoutExtensions: [name] })).toThrow(message);
});

test.each(['uri', 'lexbor'])('knows "%s" as a part of PHP since 8.5', (name) => {
  for (const version of ['85', '86']) {
    expect(() => check({ extensions: [name] }, version)).toThrow(
      `Input "extensions": "${name}" is in every layer already. Remove it from the list.`,
    );
    expect(() => check({ withoutExtensions: [name] }, version)).toThrow(
      `Input "without-extensions": "${name}" cannot be left out, because every layer needs it.`,
    );
  }
  expect(() => check({ extensions: [name] }, '84')).toThrow(
    `Input "extensions": "${name}" is new in PHP 8.5. Remove it from the list.`,
  );
  expect(() => check({ withoutExtensions: [name] }, '84')).toThrow(
    `Input "without-extensions": "${name}" is new in PHP 8.5. Remove it from the list.`,
  );
});

test.each(['83', undefined])('accepts extensions that PHP 8.4 removed for the PHP version %s', (version) => {
  checkExtensions(
    { extensions: ['imap'], withoutExtensions: ['pspell'] },
    { peclExtensions, phpVersion: version },
  );
});

test('rejects an extension that is in both lists', () => {
  expect(() => check({ extensions: ['gmp'], withoutExtensions: ['gmp'] })).toThrow(
    'Input "without-extensions": "gmp" is also in "extensions". Remove it from one of them.',
  );
});
