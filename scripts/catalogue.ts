import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeAtomically } from '../actions/shared/atomic-write.ts';
import { createLogger } from '../actions/shared/logger.ts';
import { readAssets } from './catalogue/assets.ts';
import { readDifferences } from './catalogue/data/differences.ts';
import { readLayers } from './catalogue/data/layers.ts';
import { readLoadedExtensions } from './catalogue/data/loaded-extensions.ts';
import { readJson } from './catalogue/data/read-json.ts';
import { readSupport } from './catalogue/data/support.ts';
import { parseVersions } from './catalogue/data/versions.ts';
import { parseOptions, usage } from './catalogue/options.ts';
import { renderPage } from './catalogue/page/page.ts';
import { runScript } from './tools/run-script.ts';

const checkout = resolve(import.meta.dirname, '..');

await runScript(main);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(usage);
    return;
  }
  const log = createLogger(process.env.GITHUB_ACTIONS === 'true');
  const content = await readJson(options.versions, 'it must be versions.json of publish-layer');
  const published = parseVersions(content, options.versions);
  const support = await readSupport(join(checkout, 'scripts/catalogue/data/support.json'));
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
