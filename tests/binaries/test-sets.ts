import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { findNeedlessSkips } from './needless-skips.ts';
import type { Pins, SkippedCase } from './pins.ts';
import { isProperty } from './selected-cases.ts';
import { testLayer } from './test-layer.ts';

/** Result of one run of test-layer. */
export interface SetResult {
  readonly set: string;
  readonly passed: number;
  readonly skipped: number;
  readonly failed: number;
}

interface TestRun {
  readonly layers: readonly string[];
  readonly sets: readonly string[];
}

/** `common` runs once, because the two layers only differ in their default runtime. */
export const runs: readonly TestRun[] = [
  { layers: ['function'], sets: ['common', 'function', 'runtimes'] },
  { layers: ['fpm'], sets: ['fpm'] },
  { layers: ['function', 'console'], sets: ['console'] },
];

/** Returns the names of the layers by the names of their trees. */
export function layerNames({ php }: Pins): Readonly<Record<string, string>> {
  return { function: `php-${php}`, fpm: `php-${php}-fpm`, console: 'console' };
}

interface TestFolders {
  readonly cases: string;
  /** Folder of the zips and reports. */
  readonly output: string;
}

function zipsOf(layers: readonly string[], pins: Pins, { output }: TestFolders): readonly string[] {
  const names = layerNames(pins);
  return layers.map((layer) => join(output, `${names[layer]}.zip`));
}

/** Runs sets of cases on layers. */
export async function testSets(
  { layers, sets }: TestRun,
  pins: Pins,
  folders: TestFolders,
  skipped: readonly SkippedCase[],
): Promise<readonly SetResult[]> {
  const results = await testLayer({
    php: pins.php,
    zips: zipsOf(layers, pins, folders),
    sets: sets.map((set) => join(folders.cases, set)),
    report: join(folders.output, `${sets.join('-')}.json`),
  });
  const missing = sets.find((set) => !results.some(({ name }) => name.startsWith(`${set}/`)));
  if (missing !== undefined) {
    throw new ActionError(
      `The report of test-layer has no case of the set "${missing}". Its output is above.`,
    );
  }
  return sets.map((set) => {
    const own = results.filter(({ name }) => name.startsWith(`${set}/`));
    const failed = own.filter(({ reasons }) => reasons.length > 0).length;
    const left = skipped.filter((skip) => skip.case.startsWith(`${set}/`)).length;
    return { set, passed: own.length - failed, skipped: left, failed };
  });
}

/** Runs the skipped cases, and counts a case that passes as failed. */
export async function testSkips(
  pins: Pins,
  folders: TestFolders,
  skipped: readonly SkippedCase[],
  log: Logger,
): Promise<SetResult> {
  const cases = skipped.filter(({ case: name }) => !isProperty(name));
  log.info('The skipped cases run now. Each of them should fail.');
  const needless = await findNeedlessSkips(cases, (filter) => {
    const [set = ''] = filter.split('/');
    const layers = runs.find(({ sets }) => sets.includes(set))?.layers ?? [];
    const zips = zipsOf(layers, pins, folders);
    const report = join(folders.output, 'skipped.json');
    return testLayer({ php: pins.php, zips, sets: [join('tests/layers', set)], report, filter });
  });
  for (const { case: name } of needless) {
    log.error(`The pins of ${pins.name} skip the case "${name}", which passes. Remove it from "skipped".`);
  }
  return {
    set: 'skipped cases',
    passed: cases.length - needless.length,
    skipped: 0,
    failed: needless.length,
  };
}
