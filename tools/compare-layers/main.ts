import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Manifest, readManifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { compareExtensions, compareSizes } from './layers.ts';
import { compareComponents, readVersions } from './software.ts';

const usage = `Usage: npm run compare-layers -- <before> <after>

Compares the layers of two builds and prints Markdown: sizes, extensions and versions of the software. It also shows
changes of the distribution's libraries, which are not pinned. A difference does not change the exit code.

Each folder must contain the manifests and SBOMs that package-layer wrote.
`;

await runTool(main);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const [before, after, ...others] = positionals;
  if (before === undefined || after === undefined || others.length > 0) {
    throw new ActionError(`Two folders are required; got ${positionals.length}. --help shows the usage.`);
  }
  const manifests = [await readManifests(before), await readManifests(after)] as const;
  console.log(renderSizes(...manifests));
  console.log(renderExtensions(...manifests));
  console.log(renderSoftware(before, after));
}

type Manifests = ReadonlyMap<string, Manifest>;

function renderSizes(before: Manifests, after: Manifests): string {
  const rows = compareSizes(before, after).map(({ layer, zip, unzipped }) => [
    layer,
    ...renderChange(zip),
    ...renderChange(unzipped),
  ]);
  return renderMarkdownTable(['Layer', 'Zip before', 'after', '', 'Unzipped before', 'after', ''], rows);
}

/** Renders both sizes and their difference. */
function renderChange([before, after]: readonly [number | undefined, number | undefined]): readonly string[] {
  const difference = before === undefined || after === undefined ? undefined : after - before;
  const percent =
    difference === undefined || !before ? '' : ` (${((difference / before) * 100).toFixed(2)} %)`;
  const sign = difference !== undefined && difference > 0 ? '+' : '';
  return [
    before?.toLocaleString('en') ?? '(new)',
    after?.toLocaleString('en') ?? '(removed)',
    difference === undefined ? '' : `${sign}${difference.toLocaleString('en')}${percent}`,
  ];
}

function renderExtensions(before: Manifests, after: Manifests): string {
  const changes = compareExtensions(before, after);
  if (changes.length === 0) return '\nBoth builds have the same extensions.';
  const rows = changes.map(({ name, isNew, layers }) => [name, isNew ? 'new' : 'removed', layers.join(', ')]);
  return `\n${renderMarkdownTable(['Extension', '', 'Layers'], rows)}`;
}

function renderSoftware(before: string, after: string): string {
  const changes = compareComponents(readSoftware(before), readSoftware(after));
  if (changes.length === 0) return '\nBoth builds have the same software in the same versions.';
  const rows = changes.map(({ name, before, after, layers }) => [
    name,
    before || '(new)',
    after || '(removed)',
    layers.join(', '),
  ]);
  return `\n${renderMarkdownTable(['Software', 'Before', 'After', 'Layers'], rows)}`;
}

async function readManifests(folder: string): Promise<Manifests> {
  const manifests = new Map<string, Manifest>();
  for (const name of listLayers(folder, '.manifest.json')) {
    const manifest = await readManifest(join(folder, `${name}.zip`));
    if (manifest !== undefined) manifests.set(name, manifest);
  }
  return manifests;
}

/** Returns the component versions of each layer. */
function readSoftware(folder: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    listLayers(folder, '.sbom.json').map((name) => {
      const file = join(folder, `${name}.sbom.json`);
      return [name, readVersions(readFileSync(file, 'utf8'), file)];
    }),
  );
}

/** Returns the names of the layers that have a file with this suffix. */
function listLayers(folder: string, suffix: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ActionError(
      `${folder} is not a folder. Name the folder that contains the layers' manifests and SBOMs.`,
    );
  }
  const names = readdirSync(folder).filter((name) => name.endsWith(suffix));
  if (names.length === 0)
    throw new ActionError(`${folder} contains no *${suffix}. Package the layers with package-layer first.`);
  return names.map((name) => basename(name, suffix));
}
