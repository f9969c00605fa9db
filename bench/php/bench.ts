/**
 * Compares a layer's PHP with the same source compiled with other flags, on programs that are not in the training. In
 * each round, every PHP runs each workload in turn, so that other load on the machine affects all of them.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { hostCpu } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { compileVariants, listOwnFiles, type Programs, rewritePhps } from './programs.ts';
import { type Measurement, renderReport, type Size, type Workload } from './report.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';
import { candidates, published, type Variant } from './variants.ts';

const usage = `usage: npm run bench:php -- [option ...]

  --php <NN>         default: 82
  --tree <folder>    layer tree with the measured PHP, built with PROFILE=release; default: output/tree/php-<NN>
  --rounds <number>  number of runs of each workload by each PHP; default: 5
  --only <text>      run only workloads whose names contain this text
  --candidates <..>  also compare with rejected flags: "all", or parts of their names, separated by commas
                     (compiles PHP for each)

Needs Docker and the base OS debian-12, because the workloads use Debian's packages.`;

const log = createLogger(false);
const run = createRun(log);

await runTool(async () => {
  const { values } = parseArgs({
    options: {
      php: { type: 'string', default: '82' },
      tree: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      candidates: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new ActionError(`--rounds must be a positive integer; got "${values.rounds}".`);
  }
  const tree = resolve(values.tree ?? `output/tree/php-${values.php}`);
  const trainedProfile = `${tree}.profile`;
  if (!existsSync(join(tree, 'bin/php')) || !existsSync(trainedProfile)) {
    throw new ActionError(
      `${tree} must be the layer tree of a function layer, with its PGO profile in ${trainedProfile}. ` +
        `Run "make php-${values.php} PROFILE=release".`,
    );
  }
  const variants = [...published, ...chooseCandidates(values.candidates)];
  const folder = await mkdtemp(join(tmpdir(), 'bench-php-'));
  try {
    const options = {
      phpVersion: values.php,
      cpu: hostCpu() ?? 'x86',
      baseOs: 'debian-12',
      pgoProfile: trainedProfile,
    } as const;
    const programs = await compileVariants(variants, tree, options, folder, { run, log });
    await using sandbox = await openSandbox(programs, run);
    const workloads = (await listWorkloads()).filter(({ name }) => name.includes(values.only));
    const measurements = await measure(sandbox, programs, variants, workloads, rounds);
    const sizes = await Promise.all(
      listPhps(variants).map((php) => sizeOf(listOwnFiles(join(programs.phps, php)))),
    );
    console.log(`\n${renderReport(variants, workloads, measurements, sizes)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** @throws ActionError if no name contains a part */
function chooseCandidates(wanted: string | undefined): readonly Variant[] {
  if (wanted === undefined) return [];
  if (wanted === 'all') return candidates;
  return wanted.split(',').map((part) => {
    const candidate = candidates.find(({ name }) => name.includes(part));
    if (!candidate) {
      throw new ActionError(
        `--candidates: no name contains "${part}". The names are: ${candidates.map(({ name }) => name).join('; ')}.`,
      );
    }
    return candidate;
  });
}

function listPhps(variants: readonly Variant[]): readonly string[] {
  return ['ours', ...variants.keys()].map(String);
}

async function listWorkloads(): Promise<readonly Workload[]> {
  const names = await readdir(join(import.meta.dirname, 'workloads'));
  const own = names.sort().map((name) => ({
    name: name.replace('.php', ''),
    script: `/bench/workloads/${name}`,
    isDeterministic: true,
  }));
  const zend = ['bench', 'micro_bench'].map((name) => ({
    name: `Zend/${name}.php`,
    script: `/libraries/zend/${name}.php`,
    // They print their own measurements.
    isDeterministic: false,
  }));
  return [...own, ...zend];
}

async function measure(
  sandbox: Sandbox,
  { phps: folder }: Programs,
  variants: readonly Variant[],
  workloads: readonly Workload[],
  rounds: number,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  const phps = listPhps(variants);
  for (let round = 0; round < rounds; round++) {
    log.info(`Round ${round + 1} of ${rounds} ...`);
    await rewritePhps(folder);
    // Each round starts with another PHP.
    const order = phps.map((_php, index) => phps[(index + round) % phps.length] ?? '');
    for (const workload of workloads) {
      const outputs = new Set<string>();
      for (const php of order) {
        const { output, ...sample } = await sandbox.runWorkload(php, workload.script);
        measurements.push({ php, workload: workload.name, round, ...sample });
        outputs.add(output);
      }
      if (workload.isDeterministic && outputs.size > 1) {
        throw new ActionError(
          `The output of ${workload.name} must be the same with every PHP; got: ${[...outputs].join(' | ')}`,
        );
      }
    }
    for (const php of order) {
      const { cpuSeconds } = await sandbox.measureStart(php, 30);
      measurements.push({ php, workload: 'start', round, userSeconds: cpuSeconds, peakBytes: 0 });
    }
  }
  return measurements;
}

/** Returns the bytes of a PHP's files, and their deflated bytes, which are close to their size in a zip. */
async function sizeOf(paths: readonly string[]): Promise<Size> {
  const content = Buffer.concat(await Promise.all(paths.map((path) => readFile(path))));
  return { bytes: content.length, deflated: gzipSync(content, { level: 9 }).length };
}
