import { expect, test } from 'vitest';
import { checkBuilder } from '../../../../actions/build-php/src/bake/builder.ts';
import type { BaseIdentity } from '../../../../actions/build-php/src/base.ts';
import type { Run } from '../../../../actions/shared/command.ts';

const debian: BaseIdentity = { base: 'debian-12', image: 'bref/base-debian-12:x86', id: 'sha256:1' };
const amazon: BaseIdentity = { base: 'al2023', image: 'public.ecr.aws/lambda/provided', id: 'sha256:2' };

/** A client of buildx that knows one builder. */
function client(driver: string): Run {
  return async (command) =>
    command.at(-1) === 'known'
      ? { exitCode: 0, stdout: `Name:          known\nDriver:        ${driver}\n`, stderr: '' }
      : { exitCode: 1, stdout: '', stderr: 'ERROR: no builder "other" found' };
}

test.each([
  [undefined, debian, 'docker-container'],
  ['known', debian, 'docker'],
  ['known', amazon, 'docker-container'],
  ['depot', amazon, 'docker'],
] as const)('the builder %s can build on %o', async (builder, base, driver) => {
  await expect(checkBuilder(builder, base, 'docker', client(driver))).resolves.toBeUndefined();
});

test.each([
  ['known', 'The builder "known" (driver docker-container) cannot see bref/base-debian-12:x86'],
  ['depot', 'The builder "depot" (driver depot) cannot see bref/base-debian-12:x86'],
  ['other', 'There is no buildx builder "other" (`docker buildx ls` lists them)'],
])('the builder %s is refused for a base that was made here', async (builder, message) => {
  await expect(checkBuilder(builder, debian, 'docker', client('docker-container'))).rejects.toThrow(message);
});
