import { expect, test } from 'vitest';
import { createPolicy } from '#lib/audit/policy.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { expandSearchPath } from '#lib/audit/search-path.ts';

const policy = createPolicy(await readPolicy('al2023'), 'x86');

/** Returns `${name}`, which the linter would take for a template placeholder. */
const braced = (name: string): string => `$\{${name}}`;

test.each([
  ['$ORIGIN/../lib', ['/opt/bin/../lib']],
  [`${braced('ORIGIN')}/x:/opt/lib`, ['/opt/bin/x', '/opt/lib']],
  [`/usr/${braced('LIB')}:/usr/$LIB/$PLATFORM`, ['/usr/lib64', '/usr/lib64/x86_64']],
  ['$ORIGINAL/lib', []],
  ['lib:./lib::', []],
])('the search path %s expands to %j', (path, folders) => {
  expect(expandSearchPath(path, '/opt/bin', policy)).toEqual(folders);
});
