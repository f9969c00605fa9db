/**
 * Says what differs between the layers of two builds: `compare-layers.ts <before> <after>`, each a folder with the
 * manifests and SBOMs that package-layer wrote. Prints Markdown: sizes, extensions that came or went, software in other
 * versions (distribution libraries come unpinned: this is how a change of one is seen). The exit code is 0 whether
 * something differs or not.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Manifest, readManifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { compareExtensions, compareSizes } from './layers.ts';
import { compareComponents, readVersions } from './software.ts';

const [before, after] = process.argv.slice(2);

await runTool(main);

async function main(): Promise<void> {
  if (before === undefined || after === undefined) {
    throw new ActionError(
      'usage: npm run compare-layers -- <before> <after>, each a folder of manifests and SBOMs.',
    );
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

/** Both numbers of bytes, and the difference. */
function renderChange([before, after]: readonly [number | undefined, number | undefined]): readonly string[] {
  const difference = before === undefined || after === undefined ? undefined : after - before;
  const percent =
    difference === undefined || !before ? '' : ` (${((difference / before) * 100).toFixed(2)} %)`;
  const sign = difference !== undefined && difference > 0 ? '+' : '';
  return [
    before?.toLocaleString('en') ?? '(new)',
    after?.toLocaleString('en') ?? '(gone)',
    difference === undefined ? '' : `${sign}${difference.toLocaleString('en')}${percent}`,
  ];
}

function renderExtensions(before: Manifests, after: Manifests): string {
  const changes = compareExtensions(before, after);
  if (changes.length === 0) return '\nBoth have the same extensions.';
  const rows = changes.map(({ name, isNew, layers }) => [name, isNew ? 'new' : 'gone', layers.join(', ')]);
  return `\n${renderMarkdownTable(['Extension', '', 'Layers'], rows)}`;
}

function renderSoftware(before: string, after: string): string {
  const changes = compareComponents(readSoftware(before), readSoftware(after));
  if (changes.length === 0) return '\nBoth have the same software in the same versions.';
  const rows = changes.map(({ name, before, after, layers }) => [
    name,
    before || '(new)',
    after || '(gone)',
    layers.join(', '),
  ]);
  return `\n${renderMarkdownTable(['Software', 'Before', 'After', 'Layers'], rows)}`;
}

async function readManifests(folder: string): Promise<Manifests> {
  const manifests = new Map<string, Manifest>();
  for (const name of list(folder, '.manifest.json')) {
    const manifest = await readManifest(join(folder, `${name}.zip`));
    if (manifest !== undefined) manifests.set(name, manifest);
  }
  return manifests;
}

/** Versions by component, by layer. */
function readSoftware(folder: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    list(folder, '.sbom.json').map((name) => {
      const file = join(folder, `${name}.sbom.json`);
      return [name, readVersions(readFileSync(file, 'utf8'), file)];
    }),
  );
}

/** Names of the layers that a folder has such a file of; at least one. */
function list(folder: string, suffix: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ActionError(`${folder} is no folder: give the one that has the layers' manifests and SBOMs.`);
  }
  const names = readdirSync(folder).filter((name) => name.endsWith(suffix));
  if (names.length === 0) throw new ActionError(`${folder} has no *${suffix}: package-layer writes it.`);
  return names.map((name) => basename(name, suffix));
}
