/**
 * Fuzzes the ELF parser and the audit: `npm run fuzz:elf -- [--seconds 60] [--seed N] [file...]`. It mutates files of
 * this machine and the given files. If a file breaks a property, it prints the smallest such case and exits with 1.
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
if (!(seconds > 0)) throw new Error(`Option --seconds must be a number above 0; got "${values.seconds}".`);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);

const givenSeeds = await Promise.all(positionals.map(async (path) => createSeed(path, await readFile(path))));
const seeds = [...collectSeeds(), ...givenSeeds];
console.log(`Seed ${seed}, ${seconds} s, files: ${seeds.map(({ name }) => name).join(', ')}`);

const folder = await mkdtemp(join(tmpdir(), 'fuzz-elf-'));
try {
  // The parser gets two thirds of the time, because its runs are much shorter than the audit's.
  report('parser', await fc.check(parserProperty(seeds), limits((seconds * 2) / 3)));
  const options = { policy: await readPolicy('al2023'), folder, check: () => {} };
  report('audit', await fc.check(auditProperty(seeds, options), limits(seconds / 3)));
} finally {
  // The time limit may have interrupted a run that is still writing.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

function limits(limitSeconds: number) {
  return {
    seed,
    numRuns: 1e9,
    interruptAfterTimeLimit: limitSeconds * 1000,
    markInterruptAsFailure: false,
  };
}

function report<T>(name: string, result: fc.RunDetails<T>): void {
  if (!result.failed) {
    console.log(`${name}: ${result.numRuns.toLocaleString('en-US')} runs, no failures`);
    return;
  }
  console.error(`${name}: ${fc.defaultReportMessage(result)}`);
  process.exitCode = 1;
}
