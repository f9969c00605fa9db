import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../tests/helpers/temporary-folder.ts';
import { documentPath, readDocumentedRows, writeDocumentedRows } from './documented-table.ts';
import { type FaultCase, faultCases } from './faults.ts';
import { sha256, writeLayer, zipBytes } from './layer-fixture.ts';
import { createWorld, type World, type WorldRun } from './world-fixture.ts';

const name = 'php-82';
const timeout = 600_000;

/** 22 regions, of which those that `meets` names meet the fault. */
async function run(
  fault: FaultCase,
  meets: (region: string) => boolean,
): Promise<WorldRun & { world: World; codeSha256: string }> {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, name)];
  const codeSha256 = sha256(await zipBytes(name));
  const world = createWorld(folder.path);
  if (fault.before !== undefined) {
    const content = { codeSha256, architectures: ['x86_64'], runtimes: ['provided.al2023'] };
    for (const region of (await world.publish({ layers, inputs: { isDryRun: true } })).results) {
      if (meets(region.region)) world.model(region.region).seed(name, { ...content, ...fault.before });
    }
  }
  const rules = (region: string) => (meets(region) ? fault.rules : []);
  const inputs = { timeout, ...fault.options?.inputs };
  const done = await world.publish({ layers, ...fault.options, inputs, rules });
  return { ...done, world, codeSha256 };
}

/** What was seen of each fault in one region, as docs/publishing.md tells it. */
const seen = new Map<FaultCase, readonly string[]>();

describe.each(faultCases)('$name', (fault) => {
  test.each([
    ['in one region of 22', (region: string) => region === 'af-south-1'],
    ['in all 22 regions', () => true],
  ])('%s', { timeout: 60_000 }, async (where, meets) => {
    const done = await run(fault, meets);
    const { results, versions, exitCode, time, world, codeSha256 } = done;
    expect(results).toHaveLength(22);
    for (const { region, outcome, notes, cause, version } of results) {
      const own = world
        .model(region)
        .versionsOf(name)
        .filter((found) => found.codeSha256 === codeSha256);
      const isMet = meets(region);
      expect(`${region} ${outcome}`).toBe(`${region} ${isMet ? fault.outcome : 'published'}`);
      expect(`${region} ${own.length}`).toBe(`${region} ${isMet ? fault.versions : 1}`);
      const isPublic = own.at(-1)?.statements.some(({ Principal }) => Principal === '*') ?? false;
      expect(`${region} ${isPublic}`).toBe(`${region} ${isMet ? fault.isPublic : true}`);
      expect([cause, ...notes].join('; ').replace(/^; /, '').replaceAll('\n', ' ')).toMatch(
        isMet ? fault.says : /^$/,
      );
      if (outcome !== 'failed') expect(version?.version).toBe(own.at(-1)?.version);
    }
    expect(exitCode).toBe(fault.outcome === 'failed' ? 1 : 0);
    const listed = fault.outcome === 'failed' ? results.filter(({ region }) => !meets(region)).length : 22;
    expect(Object.keys(versions[name] ?? {})).toHaveLength(listed);
    if (where.startsWith('in one')) {
      const region = results.find((result) => meets(result.region))?.region ?? '';
      seen.set(fault, toRow(fault, done, region));
    }
    // Regions wait for each other only to upload, and that is not their own time.
    expect(time).toBeLessThanOrEqual(where.startsWith('in one') ? timeout : 4 * timeout);
  });
});

/** A row of the table: what happens, result, versions, requests to publish, time, and what the report says. */
function toRow(
  { name: what }: FaultCase,
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
  const said = [result?.cause, ...(result?.notes ?? [])].filter((text) => text !== undefined).join('; ');
  return [
    what,
    result?.outcome ?? '',
    own.length === 0 ? '0' : `${own.length}, ${isPublic ? 'public' : 'private'}`,
    String(sent),
    `${Math.round(done.time / 1000)} s`,
    said.replaceAll(/\s+/g, ' ').replaceAll(/[|*]/g, '\\$&'),
  ];
}

test(`${documentPath} tells what was seen`, ({ skip }) => {
  const rows = faultCases.flatMap((fault) => {
    const row = seen.get(fault);
    return row === undefined ? [] : [row];
  });
  skip(rows.length < faultCases.length, 'only some faults were run');
  if (process.env.UPDATE_DOCS === '1') writeDocumentedRows(rows);
  expect(readDocumentedRows()).toEqual(rows);
});
