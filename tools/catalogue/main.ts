import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { readAssets } from './assets.ts';
import { readDifferences } from './data/differences.ts';
import { readLayers } from './data/layers.ts';
import { readLoadedExtensions } from './data/loaded-extensions.ts';
import { parseVersions } from './data/published.ts';
import { readJson } from './data/read-json.ts';
import { readSupport } from './data/support.ts';
import { parseOptions, usage } from './options.ts';
import { renderPage } from './page/page.ts';

const checkout = resolve(import.meta.dirname, '../..');

await runTool(main);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(usage);
    return;
  }
  const log = createLogger(process.env.GITHUB_ACTIONS === 'true');
  const content = await readJson(options.versions, 'It must be versions.json of publish-layer.');
  const published = parseVersions(content, options.versions);
  const support = await readSupport(checkout);
  const { layers, warnings } = await readLayers(published, options.manifests, support);
  for (const warning of warnings) log.warning(warning);
  const page = renderPage({
    account: options.account,
    layers,
    support,
    differences: await readDifferences(join(checkout, 'docs')),
    loaded: await readLoadedExtensions(checkout),
    assets: await readAssets(),
  });
  const file = join(options.output, 'index.html');
  await mkdir(options.output, { recursive: true });
  await writeAtomically(file, (temporary) => writeFile(temporary, page));
  const regions = new Set(layers.flatMap(({ versions }) => versions.map(({ region }) => region)));
  log.info(`${file}: ${layers.length} layers in ${regions.size} regions, ${Buffer.byteLength(page)} bytes.`);
}
