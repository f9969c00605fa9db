import { readdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { baseOsImage } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import { fetchArchives, findPlaces } from './archives.ts';
import { testHttp } from './http-properties.ts';
import { makeLayerTrees } from './layer-tree.ts';
import { findPatchelf } from './patchelf.ts';
import { compileExtensions } from './pecl-extensions.ts';
import type { Pins } from './pins.ts';
import { runAction } from './run-action.ts';
import { copySelectedCases, isProperty } from './selected-cases.ts';
import { layerNames, runs, type SetResult, testSets, testSkips } from './test-sets.ts';
import { unpack } from './unpack.ts';

/**
 * Makes the layers of a build, and runs every case on them that the pins do not skip.
 *
 * @param checksSkips whether the skipped cases run too, and must fail
 */
export async function testBuild(
  pins: Pins,
  checksSkips: boolean,
  log: Logger,
): Promise<readonly SetResult[]> {
  const folder = resolve('.cache/binaries/builds', pins.name);
  await rm(folder, { recursive: true, force: true });
  const trees = join(folder, 'trees');
  const run = createRun(log);
  await log.group(`PHP ${pins.release} (${pins.name})`, async () => {
    const archives = await fetchArchives(pins.archives, log, await findPlaces(log));
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
  for (const testRun of runs) results.push(...(await testSets(testRun, pins, { cases, output }, skipped)));
  if (checksSkips) results.push(await testSkips(pins, { cases, output }, skipped, log));
  const layer = join(output, `${layerNames(pins).fpm}.zip`);
  const properties = skipped.map(({ case: name }) => name).filter(isProperty);
  const names = properties.map((name) => name.slice('http/'.length));
  return [...results, { set: 'http', ...(await testHttp(layer, names, join(output, 'http.json'))) }];
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
