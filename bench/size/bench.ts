/**
 * Compares our layers with a baseline: the same base OS and sources, built like the layers that this suite replaces.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type BaseOsChoice, baseOsChoices } from '#lib/base-os/names.ts';
import { type Cpu, cpus, hostCpu } from '#lib/layer/cpu.ts';
import type { Manifest } from '#lib/layer/manifest.ts';
import { createRun, type Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import type { BuildOptions } from '../prepare-build.ts';
import { type PackedLayer, renderReport } from './report.ts';
import { buildTrees } from './trees.ts';

const usage = `usage: npm run bench:size -- [option ...]

  --php <NN>                  default: 82
  --cpu <${cpus.join('|')}>             default: this machine's
  --base <${baseOsChoices.join('|')}>  default: auto
  --trained-profile <folder>  PGO profile, which PROFILE=release writes to output/tree/php-<NN>.profile;
                              default: none, like PROFILE=quick
  --input <name>=<value>      an input of package-layer, such as level=best; may be repeated

Needs Docker, zip and unzip. Builds and packs our layers and the baseline. The first run compiles PHP for each.`;

const log = createLogger(false);
const run = createRun(log);

await runTool(async () => {
  const { values } = parseArgs({
    options: {
      php: { type: 'string', default: '82' },
      cpu: { type: 'string', default: hostCpu() ?? 'x86' },
      base: { type: 'string', default: 'auto' },
      'trained-profile': { type: 'string' },
      input: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const options: BuildOptions = {
    phpVersion: values.php,
    cpu: oneOf<Cpu>('cpu', values.cpu, cpus),
    baseOs: oneOf<BaseOsChoice>('base', values.base, baseOsChoices),
    pgoProfile: values['trained-profile'],
  };
  const folder = await mkdtemp(join(tmpdir(), 'bench-size-'));
  try {
    await buildTrees(options, folder, { run, log });
    const layers = [];
    for (const tree of ['function', 'fpm', 'console']) {
      layers.push({
        name: tree,
        baseline: await zipLikeBaseline(run, join(folder, 'baseline', tree)),
        tree: await zipLikeBaseline(run, join(folder, 'ours', tree)),
        ours: await packageLayer(run, join(folder, 'ours', tree), tree, options.cpu, values.input),
      });
    }
    console.log(`\n${renderReport(layers)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new ActionError(`--${name} must be one of ${allowed.join(', ')}; got "${value}".`);
  return found;
}

/** Zips a tree like the layers that this suite replaces, and reads the size of each file from Info-ZIP's listing. */
async function zipLikeBaseline(run: Run, tree: string): Promise<PackedLayer> {
  const zip = `${tree}.zip`;
  await run(['zip', '-9', '-qr', '--symlinks', zip, '.'], { cwd: tree });
  const { stdout } = await run(['unzip', '-v', zip]);
  const rows = stdout.matchAll(/^ *(\d+) +(?:Defl:\S+|Stored) +(\d+) .* [0-9a-f]{8} {2}(.*)$/gm);
  const files = [...rows].map(([, size, zippedSize, path = '']) => ({
    path,
    size: Number(size),
    zippedSize: Number(zippedSize),
  }));
  const { size } = await stat(zip);
  return { size, files };
}

async function packageLayer(
  run: Run,
  tree: string,
  name: string,
  cpu: Cpu,
  inputs: readonly string[],
): Promise<PackedLayer> {
  const output = `${tree}.packed`;
  const script = resolve(import.meta.dirname, '../../tools/run-action/main.ts');
  await run([
    process.execPath,
    script,
    'package-layer',
    ...[`path=${tree}`, `name=${name}`, `cpu=${name === 'console' ? 'any' : cpu}`, `output=${output}`],
    ...inputs,
  ]);
  const { size, files } = JSON.parse(
    await readFile(join(output, `${name}.manifest.json`), 'utf8'),
  ) as Manifest;
  return { size, files: files.filter((file) => file.type === 'file') };
}
