import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import { expect, test } from 'vitest';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { findEmulator } from '#lib/sandbox/rie.ts';
import { buildElf } from '../../../fixtures/elf-builder.ts';
import { makeWorkspace, recordLog } from '../../../fixtures/workspace.ts';

const { log } = recordLog();
const failingRun: Run = async ([program]) => {
  throw new ActionError(`"${program}" could not be started`);
};

test('uses a given binary', async () => {
  await using workspace = await makeWorkspace();
  const path = await workspace.file('aws-lambda-rie', buildElf({ machine: 62 }), 0o755);
  await expect(
    findEmulator('x86', path, { run: failingRun, log, cacheFolder: workspace.path }),
  ).resolves.toBe(path);
});

test.each([
  ['does not exist', undefined, 'is not a binary.'],
  ['is a script', '#!/bin/sh', 'is not a binary.'],
  ['is for another CPU', buildElf({ machine: 183 }), 'is for arm.'],
])('rejects a given binary that %s', async (_, content, message) => {
  await using workspace = await makeWorkspace();
  const path = join(workspace.path, 'rie');
  if (content !== undefined) await workspace.file('rie', content, 0o755);
  await expect(findEmulator('x86', path, { run: failingRun, log, cacheFolder: '/no' })).rejects.toThrow(
    `Input "rie" must be the path of an aws-lambda-rie binary for x86; "${path}" ${message}`,
  );
});

test('names the fix on a machine without Python', async () => {
  await using workspace = await makeWorkspace();
  await expect(
    findEmulator('arm', undefined, { run: failingRun, log, cacheFolder: workspace.path }),
  ).rejects.toThrow("pip could not download Lambda's emulator. Install Python 3 with pip, or set the input");
});

test('rejects a wheel with another hash, and keeps nothing of it', async () => {
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
    /"aws_sam_cli-1\.170\.0-py3-none-any\.whl" must have the SHA-256 24ebaf5e[0-9a-f]{56}; got [0-9a-f]{64}\./,
  );
  expect(await readdir(workspace.path)).toEqual([]);
});

test('downloads the emulator again if the cached binary is damaged', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('aws-lambda-rie/1.170.0/aws-lambda-rie-x86_64', 'damaged', 0o755);
  await expect(
    findEmulator('x86', undefined, { run: failingRun, log, cacheFolder: workspace.path }),
  ).rejects.toThrow("pip could not download Lambda's emulator");
});
