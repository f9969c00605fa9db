/**
 * Builds the layers of one PHP version a second time, using nothing of the first, and compares the zips:
 * `reproducible.ts [--php 82] [--cpu x86|arm] [--base …] [--profile …] [--output output]`. The first build's are those
 * in `output`; the profile that it was optimised with is the one thing that the second takes from it. Fails where a byte differs, and says in which files; docs/reproducible.md says what is known of that.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifest } from '#lib/layer/manifest.ts';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import type { Level } from '#lib/zip/levels.ts';
import { compareEntries, formatDifferences } from '../verify/compare.ts';
import { rebuildLayers } from '../verify/rebuild.ts';
import { readZipEntries } from '../verify/zip-entries.ts';

const { values } = parseArgs({
  options: {
    php: { type: 'string', default: '82' },
    cpu: { type: 'string', default: 'x86' },
    base: { type: 'string', default: 'auto' },
    profile: { type: 'string', default: 'quick' },
    output: { type: 'string', default: 'output' },
    keep: { type: 'string' },
  },
});
const prefix = values.cpu === 'arm' ? 'arm-' : '';
const names = [`${prefix}php-${values.php}`, `${prefix}php-${values.php}-fpm`, 'console'];
const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'reproducible-')));

await runTool(main);

async function main(): Promise<void> {
  try {
    const first = await Promise.all(names.map((name) => readFile(join(values.output, `${name}.zip`))));
    const layers = await Promise.all(names.map(async (name) => ({ name, level: await levelOf(name) })));
    const trained = join(values.output, 'tree', `${names[0]}.profile`);
    const trainedProfile = values.profile === 'release' ? trained : undefined;
    await rebuildLayers(layers, { ...values, trainedProfile, folder }, createRun(createLogger(false)));
    for (const [index, name] of names.entries()) {
      await compare(name, first[index] ?? Buffer.alloc(0), await readFile(join(folder, `${name}.zip`)));
    }
  } finally {
    if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** The level of the first build's zip, which its manifest says. */
async function levelOf(name: string): Promise<Level> {
  return (await readManifest(join(values.output, `${name}.zip`)))?.level ?? 'best';
}

async function compare(name: string, first: Buffer, second: Buffer): Promise<void> {
  if (first.equals(second)) {
    console.log(`${name}: the same ${first.length} bytes in both builds.`);
    return;
  }
  process.exitCode = 1;
  const differences = compareEntries(await readZipEntries(first, name), await readZipEntries(second, name));
  const detail = differences.length === 0 ? '  every file is, but not how it was packed' : undefined;
  console.log(`${name}: not the same in both builds.\n${detail ?? formatDifferences(differences)}`);
}
