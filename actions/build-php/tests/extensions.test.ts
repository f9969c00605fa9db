import { expect, test } from 'vitest';
import { toConfigureFlags } from '../src/extensions.ts';

test.each([
  [['calendar'], [], ['--enable-calendar']],
  [['imap', 'pdo_firebird'], ['oci8'], ['--with-imap', '--with-pdo-firebird', '--without-oci8']],
  [['gmp', 'pdo_dblib'], [], ['--with-gmp', '--with-pdo-dblib']],
  [[], ['intl', 'xsl'], ['--disable-intl', '--without-xsl']],
  [[], ['apcu'], []],
])('with %j and without %j, ./configure gets %j', (extensions, without, flags) => {
  expect(toConfigureFlags(extensions, without)).toEqual(flags);
});
