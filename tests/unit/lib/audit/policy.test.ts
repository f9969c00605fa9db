import { describe, expect, test } from 'vitest';
import { createPolicy } from '#lib/audit/policy.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';

const al2023 = await readPolicy('al2023');
const x86 = createPolicy(al2023, 'x86');
const arm = createPolicy(al2023, 'arm');

describe('judgeVersion', () => {
  test.each([
    ['libc.so.6', 'GLIBC_2.2.5', 'offered'],
    ['libc.so.6', 'GLIBC_2.34', 'offered'],
    ['libm.so.6', 'GLIBC_2.35', 'too-new'],
    ['libc.so.6', 'GLIBC_2.100', 'too-new'],
    ['libc.so.6', 'GLIBC_3', 'too-new'],
    ['libc.so.6', 'GLIBC_PRIVATE', 'unknown'],
    ['libc.so.6', 'GLIBC_ABI_DT_RELR', 'unknown'],
    ['libstdc++.so.6', 'GLIBCXX_3.4.33', 'offered'],
    ['libstdc++.so.6', 'GLIBCXX_3.4.34', 'too-new'],
    ['libstdc++.so.6', 'CXXABI_1.3.15', 'offered'],
    ['libstdc++.so.6', 'CXXABI_FLOAT128', 'offered'],
    ['libgcc_s.so.1', 'GCC_14.0.0', 'offered'],
    ['libgcc_s.so.1', 'GCC_15.0.0', 'too-new'],
    ['libssl.so.3', 'OPENSSL_3.0.0', 'offered'],
    ['libssl.so.3', 'OPENSSL_3.3.0', 'too-new'],
    ['libz.so.1', 'ZLIB_1.2.12', 'too-new'],
    ['libz.so.1', 'OPENSSL_3.0.0', 'unknown'],
    ['libcurl.so.4', 'CURL_OPENSSL_4', 'unknown'],
    ['libc.so.6', 'constructor_1', 'unknown'],
    ['__proto__', 'X_1', 'unknown'],
  ])('%s %s is %s', (library, version, expected) => {
    expect(x86.judgeVersion(library, version).kind).toBe(expected);
  });

  test('returns the newest version that the OS has', () => {
    expect(x86.judgeVersion('libm.so.6', 'GLIBC_2.35')).toEqual({ kind: 'too-new', newest: 'GLIBC_2.34' });
  });
});

test('each CPU has a machine, a loader and libraries', () => {
  expect([x86.machine, x86.interpreter, x86.offers('libmvec.so.1')]).toEqual([
    62,
    '/lib64/ld-linux-x86-64.so.2',
    true,
  ]);
  expect([arm.machine, arm.interpreter, arm.offers('libmvec.so.1')]).toEqual([
    183,
    '/lib/ld-linux-aarch64.so.1',
    false,
  ]);
});

test('the OS offers the loader itself, which ARM programs need by name', () => {
  expect(arm.offers('ld-linux-aarch64.so.1')).toBe(true);
});

test('a library that only the container image contains is not offered under any name', () => {
  expect(x86.offers('libgcrypt.so.20')).toBe(false);
  expect(x86.offers('libgcrypt.so.20.4.2')).toBe(false);
  expect(x86.isNotOnLambda('libgcrypt.so.20')).toBe(true);
  expect(x86.isNotOnLambda('libssl.so.3')).toBe(false);
});

test.each([
  ['/lib64/libssl.so.3', true],
  ['/usr/lib64/libssl.so.3', true],
  ['/lib64/libonig.so.5', false],
  ['/etc/pki/tls/cert.pem', true],
  ['/tmp/cache', true],
  ['/etc/shadow', false],
])('hasPath of %s is %s', (path, expected) => {
  expect(x86.hasPath(path)).toBe(expected);
});
