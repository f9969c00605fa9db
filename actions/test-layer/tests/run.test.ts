import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { baseOsImages } from '#lib/sandbox/root.ts';
import { defaults } from '../../../tests/fixtures/cases.ts';
import { makeWorkspace, recordLog, type Workspace } from '../../../tests/fixtures/workspace.ts';
import type { Inputs } from '../src/inputs.ts';
import { testLayers } from '../src/run.ts';

afterEach(() => vi.unstubAllEnvs());

const failingRun: Run = async () => {
  throw new ActionError('no programs here');
};

async function start(workspace: Workspace, change: Partial<Inputs>) {
  const { log } = recordLog();
  const inputs: Inputs = {
    ...defaults,
    layers: [],
    tests: [`${workspace.path}/set`],
    cacheFolder: workspace.path,
    ...change,
  };
  return testLayers(inputs, {
    docker: 'docker',
    run: failingRun,
    log,
    signal: new AbortController().signal,
    images: baseOsImages,
    recipes: 'lib/sandbox/roots',
    connectLambda: () => Promise.reject(new ActionError('no AWS here')),
    reproduce: () => 'make',
    paint: (_color, text) => text,
  });
}

test('rejects a malformed case before it starts anything', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/invocations/a/expected.json', '{');
  await expect(start(workspace, {})).rejects.toThrow('expected.json" must contain JSON');
});

test('rejects a run in which no case would run', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  await workspace.file('set/scripts/a.sh.options.json', { target: 'lambda' });
  await expect(start(workspace, {})).rejects.toThrow(
    'All cases are skipped (1): only for the target "lambda".',
  );
});

test('opens the target of the input', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  await expect(start(workspace, {})).rejects.toThrow("pip could not download Lambda's emulator");
  await expect(start(workspace, { target: 'lambda' })).rejects.toThrow('no AWS here');
});

test('leaves no folder behind if it fails before the first case', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  const temporary = join(workspace.path, 'temporary');
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
  const layers = [await workspace.zip('layer.zip', { a: 'b' })];
  await expect(start(workspace, { layers })).rejects.toThrow("pip could not download Lambda's emulator");
  await expect(start(workspace, { layers: ['none.zip'] })).rejects.toThrow('does not exist');
  expect(await readdir(temporary)).toEqual([]);
});
