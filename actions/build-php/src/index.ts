import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createRun } from '#lib/node/command.ts';
import { runAction, setOutput, writeSummary } from '#lib/node/entry.ts';
import { catchSignals } from '#lib/node/signals.ts';
import { createSourceCache } from '#lib/sources/source-cache.ts';
import { createTreeCache, noTreeCache } from './cache/tree-cache.ts';
import { type Inputs, readInputs } from './inputs.ts';
import type { Result } from './result.ts';
import { run } from './run.ts';
import { metadataPath, pgoProfilePath } from './trees.ts';

// src/ and dist/ are both three levels below the suite's root, and another repository's workflow downloads the whole suite.
const suiteFolder = resolve(import.meta.dirname, '../../..');
const cacheFolder = resolve('.cache');

await runAction(async (log) => {
  const inputs = readInputs(await findPhpVersions());
  const { signal, release } = catchSignals();
  const createCache = (name: string) =>
    inputs.cache ? createTreeCache(join(cacheFolder, name), log) : noTreeCache;
  const result = await run(inputs, {
    run: createRun(log, signal),
    log,
    signal,
    sourceCache: createSourceCache(inputs.cache, log),
    treeCache: createCache('layers'),
    pgoProfileCache: createCache('profiles'),
    suiteFolder,
    cacheFolder,
  }).finally(release);
  setOutputs(result, inputs.output);
  if (result.layers.length > 0) await writeSummary(summarize(result, inputs));
});

async function findPhpVersions(): Promise<readonly string[]> {
  const names = await readdir(suiteFolder);
  return names.flatMap((name) => /^php-(\d{2})$/.exec(name)?.[1] ?? []).sort();
}

function setOutputs({ php, baseOs, layers, buildMode, images, isCached }: Result, output: string): void {
  const [functionLayer] = layers;
  const hasPgoProfile = buildMode === 'release' && functionLayer !== undefined;
  const outputs = {
    php,
    base: baseOs ?? '',
    layers: layers.join('\n'),
    trees: layers.map((layer) => join(output, layer)).join('\n'),
    metadata: layers.map((layer) => metadataPath(output, layer)).join('\n'),
    'trained-profile': hasPgoProfile ? pgoProfilePath(output, functionLayer) : '',
    images: images.join('\n'),
    'cache-hit': String(isCached),
  };
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}

function summarize({ php, baseOs, layers, buildMode, images, isCached }: Result, { cpu }: Inputs): string {
  const facts = [cpu, buildMode, baseOs, ...(isCached ? ['cached'] : [])].join(', ');
  const imageList = images.length > 0 ? ` Images: ${images.join(', ')}.` : '';
  return `### PHP ${php} (${facts})\n\nLayers: ${layers.join(', ')}.${imageList}\n`;
}
