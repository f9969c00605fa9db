import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { readManifest } from '#lib/layer/manifest.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import type { Level } from '#lib/zip/levels.ts';
import { listZip } from '#lib/zip/list-zip.ts';
import { compareEntries, formatDifferences } from '../verify/compare.ts';
import { rebuildLayers } from '../verify/rebuild.ts';

const usage = `Usage: node tools/reproducible/main.ts [options]

Builds the layers of one PHP version a second time, without the build cache, and compares the zips. With the build mode
release, the second build uses the PGO profile of the first. The exit code is 1 if a byte differs. docs/reproducible.md
lists the known reasons.

  --php <version>    PHP version (default: 82)
  --cpu <cpu>        x86 or arm (default: x86)
  --base <name>      base OS: ${baseOsChoices.join(', ')} (default: auto)
  --profile <mode>   build mode, quick or release (default: quick)
  --output <folder>  folder of the first build (default: output)
  --keep <folder>    folder for the second build, which is kept (default: a temporary folder)
  --help             show this text
`;

await runTool(main);

/** Returns the exit code: 0 if all layers are the same, otherwise 1. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      php: { type: 'string', default: '82' },
      cpu: { type: 'string', default: 'x86' },
      base: { type: 'string', default: 'auto' },
      profile: { type: 'string', default: 'quick' },
      output: { type: 'string', default: 'output' },
      keep: { type: 'string' },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { output, base: baseOs, profile: buildMode } = values;
  const prefix = values.cpu === 'arm' ? 'arm-' : '';
  const functionLayer = `${prefix}php-${values.php}`;
  const names = [functionLayer, `${functionLayer}-fpm`, 'console'];
  // Checked before the long second build.
  const missing = names.map((name) => join(output, `${name}.zip`)).find((path) => !existsSync(path));
  if (missing !== undefined) {
    const target = `layers-php-${values.php}${values.cpu === 'arm' ? ' CPU=arm' : ''}`;
    throw new ActionError(`${missing} does not exist. Build it with \`make ${target}\`.`);
  }
  const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'reproducible-')));
  try {
    const first = await Promise.all(names.map((name) => readFile(join(output, `${name}.zip`))));
    const layers = await Promise.all(
      names.map(async (name) => ({ name, level: await readLevel(join(output, `${name}.zip`)) })),
    );
    const pgoProfile = buildMode === 'release' ? join(output, 'tree', `${functionLayer}.profile`) : undefined;
    const run = createRun(createLogger(false));
    await rebuildLayers(layers, { folder, baseOs, buildMode, pgoProfile }, run);
    let exitCode = 0;
    for (const [index, name] of names.entries()) {
      const second = await readFile(join(folder, `${name}.zip`));
      if (!(await compare(name, first[index] ?? Buffer.alloc(0), second))) exitCode = 1;
    }
    return exitCode;
  } finally {
    if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function readLevel(zip: string): Promise<Level> {
  return (await readManifest(zip))?.level ?? 'best';
}

async function compare(name: string, first: Buffer, second: Buffer): Promise<boolean> {
  if (first.equals(second)) {
    console.log(`${name}: both builds have the same ${first.length} bytes.`);
    return true;
  }
  const differences = compareEntries(await listZip(first, name), await listZip(second, name));
  const detail =
    differences.length === 0
      ? '  All files are the same, but they were packed differently.'
      : formatDifferences(differences);
  console.log(`${name}: the builds differ.\n${detail}`);
  return false;
}
