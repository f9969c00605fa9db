import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BundleRun } from '../fixtures/run-bundle.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinyDockerfile, tinySource } from '../fixtures/tiny-suite.ts';
import { serve } from '../stand-ins/file-server.ts';

// The text is new in each run, so that BuildKit has no step with it in its cache.
const slowTraining = tinyDockerfile.replace(
  'mkdir /profile',
  `echo ${randomUUID()}; sleep 6; mkdir /profile`,
);

test('refuses a second build of the same layers while the first one runs, and the first one succeeds', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url, slowTraining);
  let others: Promise<readonly BundleRun[]> | undefined;
  let pid: number | undefined;
  const disturb = {
    when: 'Train PHP ',
    how: (action: { readonly pid?: number | undefined }) => {
      pid = action.pid;
      others ??= (async () => [
        await buildTinyPhp(folder.path),
        await buildTinyPhp(folder.path, { output: 'other' }),
      ])();
    },
  };
  const first = await buildTinyPhp(folder.path, { profile: 'release' }, {}, { disturb });
  const [same, other] = (await others) ?? [];
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  const trees = join(folder.path, 'output/tree');
  expect(await readdir(join(trees, 'php-99'))).toContain('counters');
  expect((await readdir(trees)).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(same?.exitCode).toBe(1);
  expect(same?.stderr).toMatch(
    new RegExp(
      `^Error: Another build of PHP 99 for x86, release, writes to output/tree \\(process ${pid} on \\S+, since \\S+Z\\)\\. ` +
        '.*Wait until it ends, or stop it\\. To build both at once, use another checkout, or another folder for the input "output"\\.\n$',
    ),
  );
  expect(other).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await readFile(join(folder.path, 'other/php-99/bin/php'), 'utf8')).toBe(tinySource);
});

test('builds after a build that was killed', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url, slowTraining);
  const disturb = {
    when: 'Train PHP ',
    how: (action: { kill(signal: 'SIGKILL'): unknown }) => action.kill('SIGKILL'),
  };
  await buildTinyPhp(folder.path, { profile: 'release' }, {}, { disturb });
  const descriptions = (await readdir(join(folder.path, '.cache/locks'))).filter((name) =>
    name.endsWith('.json'),
  );
  expect(descriptions).toHaveLength(1);
  expect(await buildTinyPhp(folder.path)).toMatchObject({ exitCode: 0, stderr: '' });
});

test('two builds that need the same archive at the same time fetch it once', async () => {
  await using folder = await temporaryFolder();
  const half = tinySource.length / 2;
  let requests = 0;
  await using server = await serve((_request, response) => {
    requests++;
    response.writeHead(200, { 'content-length': tinySource.length });
    response.write(tinySource.slice(0, half));
    setTimeout(() => response.end(tinySource.slice(half)), 3_000);
  });
  await makeTinySuite(folder.path, server.url);
  let other: Promise<BundleRun> | undefined;
  const disturb = {
    when: 'Downloading php ',
    how: () => {
      other ??= buildTinyPhp(folder.path, { until: 'sources' });
    },
  };
  const first = await buildTinyPhp(folder.path, { until: 'sources' }, {}, { disturb });
  const second = await other;
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(second).toMatchObject({ exitCode: 0, stderr: '' });
  expect(second?.stdout).toContain('Waiting for another build, which fetches archives (process ');
  expect(requests).toBe(1);
});
