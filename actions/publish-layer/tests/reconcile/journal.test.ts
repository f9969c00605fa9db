import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { sleep } from '#lib/aws/clock.ts';
import { temporaryFolder } from '../../../../tests/fixtures/temporary-folder.ts';
import { createVirtualClock, type VirtualClock } from '../../../../tests/fixtures/virtual-clock.ts';
import { type Journal, journalPath, openJournal } from '../../src/reconcile/journal.ts';

const account = '123456789012';
const quietPeriodMs = 60_000;
const region = 'eu-west-1';
const layer = 'php-82';

const open = (output: string, clock: VirtualClock, changes: { account?: string } = {}): Promise<Journal> =>
  openJournal({ output, account, clock, quietPeriodMs, ...changes });
const exists = (output: string) =>
  readFile(journalPath(output)).then(
    () => true,
    () => false,
  );

/** Simulates a killed run, which never closes its journal. */
async function runAndKill(
  output: string,
  clock: VirtualClock,
  work: (journal: Journal) => Promise<void>,
): Promise<void> {
  await work(await open(output, clock));
}

describe('a run after one that was killed', () => {
  test('knows an open request and its end', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await runAndKill(folder.path, clock, (journal) => journal.recordSent(region, layer, 0, 600_000));
    await clock.run(sleep(clock, 5_000));
    const journal = await open(folder.path, clock);
    // The time of the kill is unknown: it may have been just now.
    expect(journal.findOpen(region, layer)?.until).toBe(clock.now() + quietPeriodMs);
    expect(journal.findOpen(region, 'console')).toBeUndefined();
    expect(journal.findOpen('us-east-1', layer)).toBeUndefined();
  });

  test('knows that the request was aborted if it starts long after it', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await runAndKill(folder.path, clock, (journal) => journal.recordSent(region, layer, 0, 100_000));
    const end = clock.now() + 100_000;
    await clock.run(sleep(clock, 130_000));
    expect((await open(folder.path, clock)).findOpen(region, layer)?.until).toBe(end + quietPeriodMs);
    await clock.run(sleep(clock, 30_000));
    expect((await open(folder.path, clock)).findOpen(region, layer)).toBeUndefined();
    expect(await exists(folder.path)).toBe(false);
  });

  test('knows the time of an unclear response', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await runAndKill(folder.path, clock, async (journal) => {
      await journal.recordSent(region, layer, 0, 600_000);
      await journal.recordUnclear(region, layer, 0);
    });
    const end = clock.now() + quietPeriodMs;
    await clock.run(sleep(clock, 20_000));
    expect((await open(folder.path, clock)).findOpen(region, layer)?.until).toBe(end);
  });

  test('knows the previous version, and drops the request once it is settled', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await runAndKill(folder.path, clock, (journal) => journal.recordSent(region, layer, 7, 600_000));
    const journal = await open(folder.path, clock);
    expect(journal.findOpen(region, layer)?.before).toBe(7);
    await journal.recordSettled(region, layer);
    expect(journal.findOpen(region, layer)).toBeUndefined();
    await journal.close();
    expect(await exists(folder.path)).toBe(false);
  });

  test('ignores settled requests', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await runAndKill(folder.path, clock, async (journal) => {
      await journal.recordSent(region, layer, 0, 600_000);
      await journal.recordUnclear(region, layer, 0);
      await journal.recordSettled(region, layer);
    });
    expect((await open(folder.path, clock)).findOpen(region, layer)).toBeUndefined();
  });

  test.each([
    ['that is incomplete', '{"event":"settled","at":1,"acc'],
    ['of zero bytes', '\0\0\0\0'],
    ['of another shape', '{"event":"settled","at":"now"}\n'],
    ['without the previous version', '{"event":"sent","at":1,"account":"1","region":"r","layer":"l"}\n'],
    ['that is null', 'null\n'],
  ])('skips a last line %s', async (_, line) => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await runAndKill(folder.path, clock, (journal) => journal.recordSent(region, layer, 0, 600_000));
    await appendFile(journalPath(folder.path), line);
    const journal = await open(folder.path, clock);
    expect(journal.findOpen(region, layer)).toBeDefined();
    // Lines after it are readable.
    await journal.recordSent(region, 'console', 0, 600_000);
    expect((await open(folder.path, clock)).findOpen(region, 'console')).toBeDefined();
  });

  test('ignores requests of another account', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await runAndKill(folder.path, clock, (journal) => journal.recordSent(region, layer, 0, 600_000));
    const other = await open(folder.path, clock, { account: '210987654321' });
    expect(other.findOpen(region, layer)).toBeUndefined();
    await other.close();
    expect((await open(folder.path, clock)).findOpen(region, layer)).toBeDefined();
  });
});

describe('the file', () => {
  test('has a line for each sent request', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    const journal = await open(folder.path, clock);
    expect(await exists(folder.path)).toBe(false);
    await journal.recordSent(region, layer, 0, 600_000);
    const at = clock.now();
    expect(await readFile(journalPath(folder.path), 'utf8')).toBe(
      `${JSON.stringify({ event: 'sent', region, layer, before: 0, at, account, until: at + 600_000 })}\n`,
    );
  });

  test('is removed if all requests are settled', async () => {
    await using folder = await temporaryFolder();
    const journal = await open(folder.path, createVirtualClock());
    await journal.recordSent(region, layer, 0, 1);
    await journal.recordSettled(region, layer);
    await journal.close();
    expect(await exists(folder.path)).toBe(false);
  });

  test('keeps only open requests', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    const journal = await open(folder.path, clock);
    for (const name of ['one', 'two', 'three']) await journal.recordSent(region, name, 0, 600_000);
    await journal.recordSettled(region, 'one');
    await journal.recordUnclear(region, 'two', 0);
    await journal.close();
    const lines = (await readFile(journalPath(folder.path), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line)).map(({ event, layer: name }) => `${event} ${name}`)).toEqual(
      ['unclear two', 'sent three'],
    );
  });

  test('is replaced if it has other content', async () => {
    await using folder = await temporaryFolder();
    await writeFile(journalPath(folder.path), 'something else');
    const journal = await open(folder.path, createVirtualClock());
    await journal.close();
    expect(await exists(folder.path)).toBe(false);
  });
});

test('a request of this run is not an open request of an earlier run', async () => {
  await using folder = await temporaryFolder();
  const journal = await open(folder.path, createVirtualClock());
  await journal.recordSent(region, layer, 0, 600_000);
  expect(journal.findOpen(region, layer)).toBeUndefined();
});
