/**
 * Compares package-layer with other zip programs on the same layer trees: `npm run bench:package -- [--rounds 3]
 * [<tree>...]`. Prints the Markdown table of docs/performance.md. Requires zip, 7zz and python3.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, createRun } from '#lib/node/command.ts';
import { describeError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { type Cost, measure } from '../measure.ts';
import { quantile } from '../quantile.ts';

/** A program that packs its working directory as a zip. */
interface Contender {
  readonly name: string;
  readonly command: (tree: string, zip: string) => Command;
}

const here = import.meta.dirname;
const run = createRun(createLogger(false));
const contenders: readonly Contender[] = [
  { name: 'package-layer, `fast`', command: (tree, zip) => packageLayer(tree, zip, 'fast') },
  { name: 'package-layer, `best`', command: (tree, zip) => packageLayer(tree, zip, 'best') },
  { name: '`zip -9 -qr --symlinks`', command: (_tree, zip) => ['zip', '-9', '-qr', '--symlinks', zip, '.'] },
  { name: '`7zz a -tzip -mx9`', command: (_tree, zip) => ['7zz', 'a', '-tzip', '-mx9', '-bso0', zip, '.'] },
  { name: 'jszip alone, level 9', command: (tree, zip) => script('zip-with-jszip.ts', tree, zip) },
];
/** Name of the contender that the goals refer to. */
const reference = '`zip -9 -qr --symlinks`';

interface Result extends Cost {
  /** Bytes of the zip. */
  readonly size: number;
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '3' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(
      'Usage: npm run bench:package -- [--rounds 3] [<tree>...]   (default: output/tree/php-82 and -fpm)',
    );
  } else {
    const trees = positionals.length > 0 ? positionals : ['output/tree/php-82', 'output/tree/php-82-fpm'];
    for (const tree of trees) await benchTree(resolve(tree), Number(values.rounds));
  }
} catch (error) {
  console.error(`Error: ${describeError(error)}`);
  process.exitCode = 1;
}

/** Runs every contender once per round, so that a busy moment affects all of them. */
async function benchTree(tree: string, rounds: number): Promise<void> {
  const results = new Map<string, Result[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, command } of contenders) {
      const result = await runOnce(tree, command);
      results.get(name)?.push(result);
      console.error(`${basename(tree)}, round ${round}: ${name}: ${result.seconds.toFixed(1)} s`);
    }
  }
  console.log(render(tree, rounds, results));
}

async function runOnce(tree: string, command: Contender['command']): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-package-'));
  try {
    const zip = join(folder, 'layer.zip');
    const cost = await measure(run, command(tree, zip), tree);
    return { ...cost, size: (await stat(zip)).size };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function render(tree: string, rounds: number, results: ReadonlyMap<string, readonly Result[]>): string {
  const baseline = results.get(reference) ?? [];
  const rows = [...results].map(([name, rounds]) => {
    const cost = { seconds: median(rounds, 'seconds'), cpu: median(rounds, 'cpuSeconds') };
    const size = median(rounds, 'size');
    const ratio = (value: number, against: number): string => `${(value / against).toFixed(2)}x`;
    return [
      name,
      `${cost.seconds.toFixed(1)} s (${ratio(cost.seconds, median(baseline, 'seconds'))})`,
      `${cost.cpu.toFixed(1)} s (${ratio(cost.cpu, median(baseline, 'cpuSeconds'))})`,
      `${Math.round(median(rounds, 'peakBytes') / 1e6)} MB`,
      `${size.toLocaleString('en-US')} (${(size / median(baseline, 'size')).toFixed(3)}x)`,
    ];
  });
  const head = ['', 'Wall time', 'CPU time', 'Peak memory', 'Bytes'];
  return `\n${basename(tree)}, median of ${rounds}, ${availableParallelism()} CPUs; ratios to \`zip -9\`:\n\n${renderMarkdownTable(head, rows)}\n`;
}

function median(results: readonly Result[], key: keyof Result): number {
  return quantile(
    results.map((result) => result[key]),
    0.5,
  );
}

function packageLayer(tree: string, zip: string, level: string): Command {
  return script('zip-tree.ts', tree, zip, level);
}

function script(name: string, ...args: readonly string[]): Command {
  return [process.execPath, join(here, name), ...args];
}
