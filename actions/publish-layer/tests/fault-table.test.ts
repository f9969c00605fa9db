import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../tests/fixtures/published-layer.ts';
import { brefRegionCount } from '../../../tests/fixtures/regions.ts';
import { temporaryFolder } from '../../../tests/fixtures/temporary-folder.ts';
import { documentPath, readDocumentedRows, writeDocumentedRows } from './documented-table.ts';
import { type FaultCase, faultCases } from './faults.ts';
import { writeLayer, zipBytes } from './layer-fixture.ts';
import { createWorld, type World, type WorldRun } from './world-fixture.ts';

const name = 'php-82';
const timeoutMs = 600_000;

/** Publishes a layer to all regions. The fault occurs in the regions that `hasFault` accepts. */
async function run(
  fault: FaultCase,
  hasFault: (region: string) => boolean,
): Promise<WorldRun & { world: World; codeSha256: string }> {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, name)];
  const codeSha256 = sha256(await zipBytes(name));
  const world = createWorld(folder.path);
  if (fault.before !== undefined) {
    const content = { codeSha256, architectures: ['x86_64'], runtimes: ['provided.al2023'] };
    for (const region of (await world.publish({ layers, inputs: { isDryRun: true } })).results) {
      if (hasFault(region.region)) world.model(region.region).seed(name, { ...content, ...fault.before });
    }
  }
  const rules = (region: string) => (hasFault(region) ? fault.rules : []);
  const inputs = { timeoutMs, ...fault.options?.inputs };
  const done = await world.publish({ layers, ...fault.options, inputs, rules });
  return { ...done, world, codeSha256 };
}

/** The row of docs/publishing.md for each fault. */
const documentedRows = new Map<FaultCase, readonly string[]>();

describe.each(faultCases)('$name', (fault) => {
  test.each([
    ['in one region', (region: string) => region === 'af-south-1'],
    ['in all regions', () => true],
  ])('%s', { timeout: 60_000 }, async (where, hasFault) => {
    const done = await run(fault, hasFault);
    const { results, versions, exitCode, elapsedMs, world, codeSha256 } = done;
    expect(results).toHaveLength(brefRegionCount);
    for (const { region, outcome, notes, cause, version } of results) {
      const own = world
        .model(region)
        .versionsOf(name)
        .filter((found) => found.codeSha256 === codeSha256);
      const isFaulty = hasFault(region);
      expect(`${region} ${outcome}`).toBe(`${region} ${isFaulty ? fault.outcome : 'published'}`);
      expect(`${region} ${own.length}`).toBe(`${region} ${isFaulty ? fault.versions : 1}`);
      const isPublic = own.at(-1)?.statements.some(({ Principal }) => Principal === '*') ?? false;
      expect(`${region} ${isPublic}`).toBe(`${region} ${isFaulty ? fault.isPublic : true}`);
      expect([cause, ...notes].join('; ').replace(/^; /, '').replaceAll('\n', ' ')).toMatch(
        isFaulty ? fault.report : /^$/,
      );
      if (outcome !== 'failed') expect(version?.version).toBe(own.at(-1)?.version);
    }
    expect(exitCode).toBe(fault.outcome === 'failed' ? 1 : 0);
    const listed =
      fault.outcome === 'failed' ? results.filter(({ region }) => !hasFault(region)).length : brefRegionCount;
    expect(Object.keys(versions[name] ?? {})).toHaveLength(listed);
    if (where.startsWith('in one')) {
      const region = results.find((result) => hasFault(result.region))?.region ?? '';
      documentedRows.set(fault, toRow(fault, done, region));
    }
    // The wait for a turn to upload is not the region's own time.
    expect(elapsedMs).toBeLessThanOrEqual(where.startsWith('in one') ? timeoutMs : 4 * timeoutMs);
  });
});

/** Returns a row of the table: fault, result, versions, publish requests, time, and report. */
function toRow(
  { name: faultName }: FaultCase,
  done: Awaited<ReturnType<typeof run>>,
  region: string,
): readonly string[] {
  const result = done.results.find((candidate) => candidate.region === region);
  const own = done.world
    .model(region)
    .versionsOf(name)
    .filter(({ codeSha256 }) => codeSha256 === done.codeSha256);
  const isPublic = own.at(-1)?.statements.some(({ Principal }) => Principal === '*') ?? false;
  const sent = done.requests(region).filter((operation) => operation === 'PublishLayerVersion').length;
  const report = [result?.cause, ...(result?.notes ?? [])].filter((text) => text !== undefined).join('; ');
  return [
    faultName,
    result?.outcome ?? '',
    own.length === 0 ? '0' : `${own.length}, ${isPublic ? 'public' : 'private'}`,
    String(sent),
    `${Math.round(done.elapsedMs / 1000)} s`,
    report.replaceAll(/\s+/g, ' ').replaceAll(/[|*]/g, '\\$&'),
  ];
}

test(`${documentPath} has the table of these runs`, ({ skip }) => {
  const rows = faultCases.flatMap((fault) => {
    const row = documentedRows.get(fault);
    return row === undefined ? [] : [row];
  });
  skip(rows.length < faultCases.length, 'not all faults were run');
  if (process.env.UPDATE_DOCS === '1') writeDocumentedRows(rows);
  expect(readDocumentedRows()).toEqual(rows);
});
