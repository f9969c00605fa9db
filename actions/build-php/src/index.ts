import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createRun } from '#lib/node/command.ts';
import { runAction, setOutput, writeSummary } from '#lib/node/entry.ts';
import { catchSignals } from '#lib/node/signals.ts';
import { createSourceCache } from '#lib/sources/source-cache.ts';
import { createTreeCache, noTreeCache } from './cache/tree-cache.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';
import { metadataPath, profilePath } from './trees.ts';

// Both src/ and dist/ lie three folders below the suite, in this repository as in a foreign workflow's copy of it.
const suite = resolve(import.meta.dirname, '../../..');
const cacheFolder = resolve('.cache');

await runAction(async (log) => {
  const inputs = readInputs(await findPhpVersions());
  const { signal, release } = catchSignals();
  const result = await run(inputs, {
    run: createRun(log, signal),
    log,
    signal,
    sourceCache: createSourceCache(inputs.cache, log),
    treeCache: inputs.cache ? createTreeCache(join(cacheFolder, 'layers'), log) : noTreeCache,
    profileCache: inputs.cache ? createTreeCache(join(cacheFolder, 'profiles'), log) : noTreeCache,
    suite,
    cacheFolder,
  }).finally(release);
  const lines = (path: (layer: string) => string) => result.layers.map(path).join('\n');
  setOutput('php', result.php);
  setOutput('base', result.base);
  setOutput('layers', result.layers.join('\n'));
  setOutput(
    'trees',
    lines((layer) => join(inputs.output, layer)),
  );
  setOutput(
    'metadata',
    lines((layer) => metadataPath(inputs.output, layer)),
  );
  const [functionLayer] = result.layers;
  const hasProfile = result.profile === 'release' && functionLayer !== undefined;
  setOutput('trained-profile', hasProfile ? profilePath(inputs.output, functionLayer) : '');
  setOutput('images', result.images.join('\n'));
  setOutput('cache-hit', String(result.isCached));
  const images = result.images.length > 0 ? ` Images: ${result.images.join(', ')}.` : '';
  if (result.layers.length > 0) {
    await writeSummary(
      `### PHP ${result.php} (${inputs.cpu}, ${result.profile}, ${result.base}${result.isCached ? ', cached' : ''})\n\n` +
        `Layers: ${result.layers.join(', ')}.${images}\n`,
    );
  }
});

async function findPhpVersions(): Promise<readonly string[]> {
  const names = await readdir(suite);
  return names.flatMap((name) => /^php-(\d{2})$/.exec(name)?.[1] ?? []).sort();
}
