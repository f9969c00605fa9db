import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { baseOsImage } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { fetchArchives, findPlaces } from './archives.ts';
import { testHttp } from './http-properties.ts';
import { makeLayerTrees } from './layer-tree.ts';
import { findPatchelf } from './patchelf.ts';
import { compileExtensions } from './pecl-extensions.ts';
import type { Pins, SkippedCase } from './pins.ts';
import { runAction, showAction } from './run-action.ts';
import { copySelectedCases } from './selected-cases.ts';
import { unpack } from './unpack.ts';

/** Result of one run of test-layer. */
export interface SetResult {
  readonly set: string;
  readonly passed: number;
  readonly skipped: number;
  readonly failed: number;
}

/** A case in the report of test-layer. */
interface CaseResult {
  readonly name: string;
  readonly reasons: readonly string[];
}

interface TestRun {
  readonly layers: readonly string[];
  readonly sets: readonly string[];
}

/** `common` runs once, because the two layers only differ in their default runtime. */
const runs: readonly TestRun[] = [
  { layers: ['function'], sets: ['common', 'function', 'runtimes'] },
  { layers: ['fpm'], sets: ['fpm'] },
  { layers: ['function', 'console'], sets: ['console'] },
];

/** Makes the layers of a build, and runs every case on them that the pins do not skip. */
export async function testBuild(pins: Pins, log: Logger): Promise<readonly SetResult[]> {
  const folder = resolve('.cache/binaries/builds', pins.name);
  await rm(folder, { recursive: true, force: true });
  const trees = join(folder, 'trees');
  const run = createRun(log);
  await log.group(`PHP ${pins.release} (${pins.name})`, async () => {
    const archives = await fetchArchives(pins.archives, log, await findPlaces(pins.pinned));
    const compiled = await compileExtensions(pins, archives, log);
    const root = join(folder, 'root');
    await unpack(archives, root);
    await makeLayerTrees({ pins, root, compiled }, trees, { run, patchelf: await findPatchelf() });
    await rm(root, { recursive: true });
  });
  const output = join(folder, 'layers');
  for (const [tree, name] of Object.entries(layerNames(pins))) {
    const inputs = [`path=${join(trees, tree)}`, `name=${name}`, `cpu=${tree === 'console' ? 'any' : 'x86'}`];
    await runAction('package-layer', [...inputs, 'level=fast', `output=${output}`], log);
  }
  const cases = join(folder, 'cases');
  const skipped = await copySelectedCases(
    pins,
    runs.flatMap(({ sets }) => sets),
    cases,
    await listExtensions(join(trees, 'function'), log),
  );
  // The zips and cases stay, because test-layer prints commands that run single cases again.
  await rm(trees, { recursive: true });
  for (const { case: name, reason } of skipped) log.info(`Skipped ${name}: ${reason}`);
  const results: SetResult[] = [];
  for (const testRun of runs) results.push(...(await testSets(testRun, pins, { cases, output, skipped })));
  const layer = join(output, `${layerNames(pins).fpm}.zip`);
  const properties = skipped.map(({ case: name }) => name).filter((name) => name.startsWith('http/'));
  const names = properties.map((name) => name.slice('http/'.length));
  return [...results, { set: 'http', ...(await testHttp(layer, names, join(output, 'http.json'))) }];
}

function layerNames({ php }: Pins): Readonly<Record<string, string>> {
  return { function: `php-${php}`, fpm: `php-${php}-fpm`, console: 'console' };
}

/** Returns the names of the extensions that the layer has, in lower case. */
async function listExtensions(tree: string, log: Logger): Promise<ReadonlySet<string>> {
  const run = createRun(log);
  const docker = await findDocker(run);
  const { stdout } = await run([
    docker,
    ...['run', '--rm', '--network', 'none', '--volume', `${tree}:/opt:ro`],
    ...['--entrypoint', '/opt/bin/php', baseOsImage('debian-12', 'x86'), '-m'],
  ]);
  const files = await readdir(join(tree, 'bref/extensions'));
  return new Set([...stdout.toLowerCase().split('\n'), ...files.map((file) => basename(file, '.so'))]);
}

async function testSets(
  { layers, sets }: TestRun,
  pins: Pins,
  folders: { readonly cases: string; readonly output: string; readonly skipped: readonly SkippedCase[] },
): Promise<readonly SetResult[]> {
  const names = layerNames(pins);
  const report = join(folders.output, `${sets.join('-')}.json`);
  const zips = layers.map((layer) => join(folders.output, `${names[layer]}.zip`));
  const tests = sets.map((set) => join(folders.cases, set));
  const exitCode = await showAction('test-layer', [
    ...['cpu=x86', 'base=debian-12', `layers=${zips.join(' ')}`, `tests=${tests.join(' ')}`],
    ...[`env=EXPECTED_PHP=${pins.php}`, `report=${report}`],
    ...(layers.includes('console') ? ['expected-overlaps=bootstrap'] : []),
  ]);
  const content = await readFile(report, 'utf8').catch(() => undefined);
  if (content === undefined) {
    throw new ActionError(
      `test-layer ended with exit code ${exitCode} and wrote no report. Its message is above.`,
    );
  }
  const { results }: { results: readonly CaseResult[] } = JSON.parse(content);
  if (exitCode !== 0 && results.every(({ reasons }) => reasons.length === 0)) {
    throw new ActionError(
      `test-layer ended with exit code ${exitCode}, although its report has no failed case. Its message is above.`,
    );
  }
  const missing = sets.find((set) => !results.some(({ name }) => name.startsWith(`${set}/`)));
  if (missing !== undefined) {
    throw new ActionError(
      `The report of test-layer has no case of the set "${missing}". Its output is above.`,
    );
  }
  return sets.map((set) => {
    const own = results.filter(({ name }) => name.startsWith(`${set}/`));
    const failed = own.filter(({ reasons }) => reasons.length > 0).length;
    const skipped = folders.skipped.filter((skip) => skip.case.startsWith(`${set}/`)).length;
    return { set, passed: own.length - failed, skipped, failed };
  });
}
