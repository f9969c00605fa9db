import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { baseImages } from '#lib/sandbox/root.ts';
import { defaults } from '../../../tests/helpers/cases.ts';
import { makeWorkspace, recordLog, type Workspace } from '../../../tests/helpers/workspace.ts';
import type { Inputs } from '../src/inputs.ts';
import { testLayers } from '../src/run.ts';

afterEach(() => vi.unstubAllEnvs());

const nothing: Run = async () => {
  throw new ActionError('there is nothing here');
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
    run: nothing,
    log,
    signal: new AbortController().signal,
    images: baseImages,
    recipes: 'lib/sandbox/roots',
    connectLambda: () => Promise.reject(new ActionError('no AWS here')),
    reproduce: () => 'again',
  });
}

test('a malformed case is refused before anything is started', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/invocations/a/expected.json', '{');
  await expect(start(workspace, {})).rejects.toThrow('expected.json" is not JSON');
});

test('a run in which no case would run is refused', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  await workspace.file('set/scripts/a.sh.options.json', { target: 'lambda' });
  await expect(start(workspace, {})).rejects.toThrow(
    'None of 1 cases can be run here: not meant for this target.',
  );
});

test('the target is what the input says', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  await expect(start(workspace, {})).rejects.toThrow('could not be fetched with pip');
  await expect(start(workspace, { target: 'lambda' })).rejects.toThrow('no AWS here');
});

test('a run that fails before its first case leaves no folder behind', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  const temporary = join(workspace.path, 'temporary');
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
  const layers = [await workspace.zip('layer.zip', { a: 'b' })];
  await expect(start(workspace, { layers })).rejects.toThrow('could not be fetched with pip');
  await expect(start(workspace, { layers: ['none.zip'] })).rejects.toThrow('does not exist');
  expect(await readdir(temporary)).toEqual([]);
});
