import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { ActionError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { readManifest } from '../../shared/manifest.ts';
import { type Case, findCases } from './cases.ts';
import type { Sandbox } from './container.ts';
import { executeCase, type Result } from './execute.ts';
import type { Inputs } from './inputs.ts';
import { probe } from './probe.ts';
import { logResult, type Report, writeReport } from './report.ts';
import { findEmulator } from './rie.ts';
import { prepareRoot, type RootNeeds } from './root.ts';
import { maximumUnzippedSize, unpackLayer } from './unpack.ts';

export interface Dependencies extends RootNeeds {
  /** Aborted when the run is to stop early. */
  readonly signal: AbortSignal;
}

/**
 * Stacks the layers at /opt of a test root and runs every case against them, each in a container of its own.
 * Afterwards no container and no temporary folder of the run is left, however it ends.
 *
 * @throws ActionError where nothing can be tested; cases that fail are in the report
 */
export async function testLayers(inputs: Inputs, needs: Dependencies): Promise<Report> {
  const { log } = needs;
  const cases = await findCases(inputs.tests, inputs.filter);
  const folder = await mkdtemp(join(tmpdir(), 'test-layer-'));
  const label = `test-layer=${randomUUID()}`;
  const stop = () => void removeContainers(label, needs);
  needs.signal.addEventListener('abort', stop, { once: true });
  try {
    const opt = join(folder, 'opt');
    const layers = await log.group('Unpack the layers', () => stackLayers(inputs, opt, log));
    const { root, sandbox } = await log.group('Prepare the test root', () =>
      prepare(inputs, opt, label, needs),
    );
    const results = await log.group(`Run ${cases.length} cases on ${root}`, () =>
      executeAll(cases, sandbox, needs),
    );
    needs.signal.throwIfAborted();
    const failed = results.filter(({ passed }) => !passed).length;
    const report = { root, layers, passed: results.length - failed, failed, results };
    if (inputs.report !== undefined) await writeReport(inputs.report, report);
    return report;
  } finally {
    needs.signal.removeEventListener('abort', stop);
    if (needs.signal.aborted) await removeContainers(label, needs);
    await rm(folder, { recursive: true, force: true });
  }
}

async function stackLayers({ layers, cpu }: Inputs, opt: string, log: Logger): Promise<Report['layers']> {
  await mkdir(opt);
  await chmod(opt, 0o755);
  let room = maximumUnzippedSize;
  const stacked: Report['layers'][number][] = [];
  for (const zip of layers) {
    const { files, size, replaced } = await unpackLayer(zip, opt, cpu, room);
    room -= size;
    const bytes = await readFile(zip);
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const manifest = await readManifest(zip);
    if (manifest !== undefined && manifest.codeSha256 !== sha256) {
      throw new ActionError(
        `"${zip}" is not the zip that its manifest is about (SHA-256 ${sha256}, there ${manifest.codeSha256}); package it anew.`,
      );
    }
    log.info(`${zip}: ${files} files, ${size.toLocaleString('en')} bytes; zip has SHA-256 ${sha256}`);
    if (replaced.length > 0) log.info(`${basename(zip)} replaces of earlier layers: ${replaced.join(', ')}`);
    stacked.push({ zip, size: bytes.length, sha256 });
  }
  return stacked;
}

async function prepare(inputs: Inputs, opt: string, label: string, needs: Dependencies) {
  const { cpu, memory } = inputs;
  const rie = await findEmulator(cpu, inputs.rie, { ...needs, cacheFolder: inputs.cacheFolder });
  const { base, image } = await prepareRoot(inputs.base, cpu, needs);
  const wanted: Sandbox = { docker: needs.docker, image, cpu, opt, rie, memory, limitsMemory: true, label };
  return { root: `${base} (${cpu})`, sandbox: await probe(wanted, containerName(wanted, 'probe'), needs) };
}

/** All cases, as many at once as there are CPUs and room in memory; results in the order of the cases. */
async function executeAll(
  cases: readonly Case[],
  sandbox: Sandbox,
  { run, log, signal }: Dependencies,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = [...cases.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
      const [index, test] = next;
      const result = await executeCase(test, containerName(sandbox, String(index)), sandbox, run);
      results[index] = result;
      if (signal.aborted) return;
      logResult(result, log);
    }
  };
  const rooms = Math.floor(totalmem() / (sandbox.memory * 2 ** 20));
  const workers = Math.max(1, Math.min(availableParallelism(), rooms, cases.length));
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}

function containerName({ label }: Sandbox, suffix: string): string {
  return `${label.replace('=', '-')}-${suffix}`;
}

async function removeContainers(label: string, { docker, run }: Dependencies): Promise<void> {
  const { stdout } = await run([docker, 'ps', '--all', '--quiet', '--filter', `label=${label}`], {
    allowFailure: true,
  });
  const ids = stdout.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await run([docker, 'rm', '--force', ...ids], { allowFailure: true });
}
