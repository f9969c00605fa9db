import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createRun } from '../../shared/command.ts';
import { runAction, setOutput, writeSummary } from '../../shared/entry.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';
import { createSourceCache } from './source-cache.ts';

// Both src/ and dist/ lie three folders below the suite, in this repository as in a foreign workflow's copy of it.
const suite = resolve(import.meta.dirname, '../../..');

await runAction(async (log) => {
  const inputs = readInputs(await findPhpVersions());
  const result = await run(inputs, {
    run: createRun(log),
    log,
    sourceCache: createSourceCache(inputs.cache, log),
    suite,
    sourceFolder: resolve('.cache/sources'),
  });
  setOutput('php', result.php);
  setOutput('base', result.base);
  setOutput('layers', result.layers.join('\n'));
  setOutput('trees', result.layers.map((layer) => join(inputs.output, layer)).join('\n'));
  await writeSummary(
    `### PHP ${result.php} (${inputs.cpu}, ${inputs.profile}, ${result.base})\n\n` +
      `Layers: ${result.layers.join(', ')}. Images: ${result.images.join(', ')}.\n`,
  );
});

async function findPhpVersions(): Promise<readonly string[]> {
  const names = await readdir(suite);
  return names.flatMap((name) => /^php-(\d{2})$/.exec(name)?.[1] ?? []).sort();
}
