import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { sleep } from '#lib/aws/clock.ts';
import { temporaryFolder } from '../../../../tests/helpers/temporary-folder.ts';
import { createVirtualClock, type VirtualClock } from '../../../../tests/helpers/virtual-clock.ts';
import { type Journal, journalPath, openJournal } from '../../src/reconcile/journal.ts';

const account = '123456789012';
const quietPeriod = 60_000;
const region = 'eu-west-1';
const layer = 'php-82';

const open = (output: string, clock: VirtualClock, changes: { account?: string } = {}): Promise<Journal> =>
  openJournal({ output, account, clock, quietPeriod, ...changes });
const exists = (output: string) =>
  readFile(journalPath(output)).then(
    () => true,
    () => false,
  );

/** A run that does something and then is killed: it never closes its journal. */
async function killed(
  output: string,
  clock: VirtualClock,
  work: (journal: Journal) => Promise<void>,
): Promise<void> {
  await work(await open(output, clock));
}

describe('a run after one that was killed', () => {
  test('knows a request that was under way, and for how long it may still come through', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await killed(folder.path, clock, (journal) => journal.sent(region, layer, 0, 600_000));
    await clock.run(sleep(clock, 5_000));
    const journal = await open(folder.path, clock);
    // When it was killed is not known: it may have been just now.
    expect(journal.findOpen(region, layer)?.until).toBe(clock.now() + quietPeriod);
    expect(journal.findOpen(region, 'console')).toBeUndefined();
    expect(journal.findOpen('us-east-1', layer)).toBeUndefined();
  });

  test('long after knows that the request was given up before', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await killed(folder.path, clock, (journal) => journal.sent(region, layer, 0, 100_000));
    const end = clock.now() + 100_000;
    await clock.run(sleep(clock, 130_000));
    expect((await open(folder.path, clock)).findOpen(region, layer)?.until).toBe(end + quietPeriod);
    await clock.run(sleep(clock, 30_000));
    expect((await open(folder.path, clock)).findOpen(region, layer)).toBeUndefined();
    expect(await exists(folder.path)).toBe(false);
  });

  test('knows when a request ended without a clear answer', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await killed(folder.path, clock, async (journal) => {
      await journal.sent(region, layer, 0, 600_000);
      await journal.unclear(region, layer, 0);
    });
    const end = clock.now() + quietPeriod;
    await clock.run(sleep(clock, 20_000));
    expect((await open(folder.path, clock)).findOpen(region, layer)?.until).toBe(end);
  });

  test('knows what the region had before, and forgets the request once it is settled', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await killed(folder.path, clock, (journal) => journal.sent(region, layer, 7, 600_000));
    const journal = await open(folder.path, clock);
    expect(journal.findOpen(region, layer)?.before).toBe(7);
    await journal.settled(region, layer);
    expect(journal.findOpen(region, layer)).toBeUndefined();
    await journal.close();
    expect(await exists(folder.path)).toBe(false);
  });

  test('is not held up by what was settled', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await killed(folder.path, clock, async (journal) => {
      await journal.sent(region, layer, 0, 600_000);
      await journal.unclear(region, layer, 0);
      await journal.settled(region, layer);
    });
    expect((await open(folder.path, clock)).findOpen(region, layer)).toBeUndefined();
  });

  test.each([
    ['torn in the middle', '{"event":"settled","at":1,"acc'],
    ['of zero bytes', '\0\0\0\0'],
    ['of another shape', '{"event":"settled","at":"now"}\n'],
    [
      'that does not say what was there before',
      '{"event":"sent","at":1,"account":"1","region":"r","layer":"l"}\n',
    ],
    ['that is null', 'null\n'],
  ])('passes over a last line %s', async (_, line) => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await killed(folder.path, clock, (journal) => journal.sent(region, layer, 0, 600_000));
    await appendFile(journalPath(folder.path), line);
    const journal = await open(folder.path, clock);
    expect(journal.findOpen(region, layer)).toBeDefined();
    // And what is written after it can be read.
    await journal.sent(region, 'console', 0, 600_000);
    expect((await open(folder.path, clock)).findOpen(region, 'console')).toBeDefined();
  });

  test('of another account is not held up', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    await killed(folder.path, clock, (journal) => journal.sent(region, layer, 0, 600_000));
    const other = await open(folder.path, clock, { account: '210987654321' });
    expect(other.findOpen(region, layer)).toBeUndefined();
    await other.close();
    expect((await open(folder.path, clock)).findOpen(region, layer)).toBeDefined();
  });
});

describe('the file', () => {
  test('has a line before a layer is sent', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    const journal = await open(folder.path, clock);
    expect(await exists(folder.path)).toBe(false);
    await journal.sent(region, layer, 0, 600_000);
    const at = clock.now();
    expect(await readFile(journalPath(folder.path), 'utf8')).toBe(
      `${JSON.stringify({ event: 'sent', region, layer, before: 0, at, account, until: at + 600_000 })}\n`,
    );
  });

  test('is removed when all is settled', async () => {
    await using folder = await temporaryFolder();
    const journal = await open(folder.path, createVirtualClock());
    await journal.sent(region, layer, 0, 1);
    await journal.settled(region, layer);
    await journal.close();
    expect(await exists(folder.path)).toBe(false);
  });

  test('keeps only what is open, for the next run', async () => {
    await using folder = await temporaryFolder();
    const clock = createVirtualClock();
    const journal = await open(folder.path, clock);
    for (const name of ['one', 'two', 'three']) await journal.sent(region, name, 0, 600_000);
    await journal.settled(region, 'one');
    await journal.unclear(region, 'two', 0);
    await journal.close();
    const lines = (await readFile(journalPath(folder.path), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line)).map(({ event, layer: name }) => `${event} ${name}`)).toEqual(
      ['unclear two', 'sent three'],
    );
  });

  test('that holds nothing of this action is replaced', async () => {
    await using folder = await temporaryFolder();
    await writeFile(journalPath(folder.path), 'something else');
    const journal = await open(folder.path, createVirtualClock());
    await journal.close();
    expect(await exists(folder.path)).toBe(false);
  });
});

test('a request of this run is not taken for one of an earlier run', async () => {
  await using folder = await temporaryFolder();
  const journal = await open(folder.path, createVirtualClock());
  await journal.sent(region, layer, 0, 600_000);
  expect(journal.findOpen(region, layer)).toBeUndefined();
});
