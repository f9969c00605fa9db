import { expect, test } from 'vitest';
import type { Run } from '../../../actions/shared/command.ts';
import { ActionError } from '../../../actions/shared/errors.ts';
import type { Inputs } from '../../../actions/test-layer/src/inputs.ts';
import { baseImages } from '../../../actions/test-layer/src/root.ts';
import { testLayers } from '../../../actions/test-layer/src/run.ts';
import { makeWorkspace, recordLog, type Workspace } from './workspace.ts';

const noEngine: Run = async () => {
  throw new ActionError('no engine here');
};

async function start(workspace: Workspace, change: Partial<Inputs>) {
  const { log, lines } = recordLog();
  await workspace.file('set/scripts/a.sh', 'true');
  const inputs: Inputs = {
    layers: [],
    tests: [`${workspace.path}/set`],
    cpu: 'x86',
    base: 'auto',
    filter: undefined,
    memory: 1024,
    rie: `${workspace.path}/set/scripts/a.sh`,
    report: undefined,
    cacheFolder: workspace.path,
    ...change,
  };
  const { signal } = new AbortController();
  const result = testLayers(inputs, { docker: 'docker', run: noEngine, log, signal, images: baseImages });
  return { result, lines };
}

test('a zip that is not the one of its manifest is refused before anything is started', async () => {
  await using workspace = await makeWorkspace();
  const zip = await workspace.zip('php-82.zip', { bootstrap: 'x' });
  await workspace.file('php-82.manifest.json', { schema: 1, codeSha256: 'other' });
  const { result } = await start(workspace, { layers: [zip] });
  await expect(result).rejects.toThrow(
    /php-82\.zip" is not the zip that its manifest is about \(SHA-256 .*=, there other\)/,
  );
});

test('layers are named with their hash, and what they replace of earlier ones', async () => {
  await using workspace = await makeWorkspace();
  const first = await workspace.zip('php-82.zip', { bootstrap: 'first', 'bin/php': 'x' });
  const second = await workspace.zip('console.zip', { bootstrap: 'second' });
  const { result, lines } = await start(workspace, { layers: [first, second] });
  await expect(result).rejects.toThrow('no engine here');
  expect(lines).toContainEqual(
    expect.stringMatching(/php-82\.zip: 2 files, 6 bytes; zip has SHA-256 \S{43}=$/),
  );
  expect(lines).toContainEqual('info console.zip replaces of earlier layers: bootstrap');
});
