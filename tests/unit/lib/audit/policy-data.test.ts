import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPolicy } from '#lib/audit/policy.ts';
import { findPolicyFault, readPolicy } from '#lib/audit/policy-data.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const al2023 = await readPolicy('al2023');

test('the committed policy follows its schema and has a source for every part', () => {
  expect(findPolicyFault(al2023)).toBeUndefined();
  const { $schema, schema, runtime, sources, architectures, exports = {}, ...parts } = al2023;
  const expected = [
    ...Object.keys(parts),
    ...Object.keys(exports).map((library) => `exports.${library}`),
    ...Object.entries(architectures).flatMap(([name, data]) => [
      `architectures.${name}`,
      ...Object.keys(data.exports ?? {}).map((library) => `architectures.${name}.exports.${library}`),
    ]),
  ];
  expect(Object.keys(sources).sort()).toEqual(expected.sort());
});

test('the policy has the exports of offered libraries only, and none is empty', () => {
  for (const { sonames, exports = {} } of Object.values(al2023.architectures)) {
    const lists = Object.entries({ ...al2023.exports, ...exports });
    expect(lists.filter(([library]) => !sonames.includes(library))).toEqual([]);
    expect(lists.filter(([, groups]) => Object.keys(groups).length === 0)).toEqual([]);
  }
});

test.each(['x86', 'arm'] as const)(
  'the SQLite of the policy is 3.40, according to its functions on %s',
  (cpu) => {
    const sqlite = createPolicy(al2023, cpu).exportsOf('libsqlite3.so.0');
    // https://www.sqlite.org/changes.html: 3.39 added the first function, 3.41 the second, and 3.43 the third.
    const added = ['sqlite3_db_name', 'sqlite3_is_interrupted', 'sqlite3_stmt_explain'];
    expect(added.map((name) => sqlite?.judge(name))).toEqual(['exported', 'absent', 'absent']);
  },
);

test('no architecture lists a library that Lambda lacks', () => {
  const listed = Object.values(al2023.architectures).flatMap(({ sonames }) => sonames);
  const gone = al2023.notOnLambda.flatMap((name) =>
    listed.filter((soname) => soname === name || soname.startsWith(`${name}.`)),
  );
  expect(gone).toEqual([]);
});

test('a policy can be a file', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'mine.json');
  await writeFile(path, JSON.stringify({ ...al2023, runtime: 'mine' }));
  expect(await readPolicy(path)).toMatchObject({ runtime: 'mine' });
});

test.each<[string, string | undefined, string]>([
  ['does not exist', undefined, 'Input "policy" must be al2023 or the path of a JSON file'],
  ['is not JSON', '{', 'Input "policy" must be al2023 or the path of a JSON file'],
  ['lacks a part', JSON.stringify({ ...al2023, paths: undefined }), "must have required property 'paths'"],
  [
    'has a path instead of a name',
    JSON.stringify({ ...al2023, cLibrary: ['a/b'] }),
    '/cLibrary/0 must match',
  ],
  ['has an unknown part', JSON.stringify({ ...al2023, more: 1 }), 'must NOT have additional properties'],
])('a policy file that %s is rejected', async (_, content, message) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'mine.json');
  if (content !== undefined) await writeFile(path, content);
  await expect(readPolicy(path)).rejects.toThrow(message);
});

test('the name of a property that every object has is not a policy', async () => {
  await expect(readPolicy('constructor')).rejects.toThrow('Input "policy"');
});

test.each([
  ['OPENSSL_3.0.0', 'offered'],
  ['OPENSSL_3.1.0', 'absent'],
  ['OPENSSL_3.3.0', 'too-new'],
  ['CUSTOM', 'absent'],
])('if all versions of a library are known, %s is %s', (version, expected) => {
  const x86_64 = {
    ...al2023.architectures.x86_64,
    versionDefinitions: { 'libssl.so.3': ['OPENSSL_3.0.0', 'OPENSSL_3.2.0'], 'libbz2.so.1': [] },
  };
  const policy = createPolicy({ ...al2023, architectures: { ...al2023.architectures, x86_64 } }, 'x86');
  expect(policy.judgeVersion('libssl.so.3', version).kind).toBe(expected);
  expect(policy.judgeVersion('libbz2.so.1', version).kind).toBe('unversioned');
});
