/**
 * Fuzzes the ELF parser and the audit for a while: `npm run fuzz:elf -- [--seconds 60] [--seed N] [file...]`. Files
 * given are mutated beside those of this machine. Ends with 1 and the smallest case found where one breaks anything.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { createSeed } from './mutations.ts';
import { auditProperty, parserProperty } from './properties.ts';
import { collectSeeds } from './seeds.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds must be a number above 0; got "${values.seconds}".`);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);

const given = await Promise.all(positionals.map(async (path) => createSeed(path, await readFile(path))));
const seeds = [...collectSeeds(), ...given];
console.log(`Seed ${seed}, ${seconds} s, files: ${seeds.map(({ name }) => name).join(', ')}`);

const folder = await mkdtemp(join(tmpdir(), 'fuzz-elf-'));
try {
  // Two thirds for the parser: a run of it takes a fraction of one of the audit.
  report('parser', await fc.check(parserProperty(seeds), limits((seconds * 2) / 3)));
  const needs = { policy: await readPolicy('al2023'), folder, check: () => {} };
  report('audit', await fc.check(auditProperty(seeds, needs), limits(seconds / 3)));
} finally {
  // A run that the time limit has interrupted may still be writing.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

function limits(time: number) {
  return {
    seed,
    numRuns: 1e9,
    interruptAfterTimeLimit: time * 1000,
    markInterruptAsFailure: false,
  };
}

function report<T>(name: string, result: fc.RunDetails<T>): void {
  if (!result.failed) {
    console.log(`${name}: ${result.numRuns.toLocaleString('en-US')} runs, nothing found`);
    return;
  }
  console.error(`${name}: ${fc.defaultReportMessage(result)}`);
  process.exitCode = 1;
}
