import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '#lib/aws/clock.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';

/**
 * What was sent without a clear answer, kept in a file so that a run that was killed can be gone on with: the next
 * one does not publish where a request may still come through. It is a hint; what a region has decides.
 */
export interface Journal {
  /** The request of an earlier run that may still make a version; undefined where there is none. */
  findOpen(region: string, layer: string): OpenRequest | undefined;
  /**
   * Before a layer is sent.
   *
   * @param before the newest version that the region has
   * @param within milliseconds after which the request is given up at the latest
   */
  sent(region: string, layer: string, before: number, within: number): Promise<void>;
  /** The request was answered, or it is certain that nothing comes of it any more. */
  settled(region: string, layer: string): Promise<void>;
  /** The request ended without a clear answer. */
  unclear(region: string, layer: string, before: number): Promise<void>;
  /** Forgets what is settled; removes the file when that is all. */
  close(): Promise<void>;
}

export interface OpenRequest {
  /** The newest version when it was sent: a later one came of it. */
  readonly before: number;
  /** Until when it may make a version; milliseconds since 1970. */
  readonly until: number;
}

/** One line of the file. Times in milliseconds since 1970. */
interface Entry {
  readonly event: 'sent' | 'settled' | 'unclear';
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly layer: string;
  /** Of `sent` and `unclear`: the newest version when the layer was sent. */
  readonly before?: number;
  /** Of `sent`: when the request is given up at the latest. */
  readonly until?: number;
}

export interface JournalOptions {
  /** Folder of `publish.journal.jsonl`. */
  readonly output: string;
  readonly account: string;
  readonly clock: Clock;
  /** Milliseconds after which nothing comes of a request that has ended. */
  readonly quietPeriod: number;
}

export function journalPath(output: string): string {
  return join(output, 'publish.journal.jsonl');
}

/** What a dry run has, which sends nothing. */
export const noJournal: Journal = {
  findOpen: () => undefined,
  sent: async () => {},
  settled: async () => {},
  unclear: async () => {},
  close: async () => {},
};

/** Takes over what earlier runs left open, and keeps the file to that. */
export async function openJournal({ output, account, clock, quietPeriod }: JournalOptions): Promise<Journal> {
  const path = journalPath(output);
  const started = clock.now();
  /** The last entry of each layer in each region, as long as something may come of it. */
  const pending = new Map<string, Entry>();
  const keep = (entry: Entry): void => {
    const key = keyOf(entry);
    if (entry.event === 'settled') pending.delete(key);
    else pending.set(key, entry);
  };
  for (const entry of await readEntries(path)) keep(entry);
  for (const [key, entry] of pending) if (openEnd(entry) <= started) pending.delete(key);
  const earlier = new Map(pending);
  await rewrite(path, earlier.values());

  /** A request whose end is not known may have ended just before this run began, or when it would have been given up. */
  function openEnd({ at, until = at }: Entry): number {
    return Math.min(started, until) + quietPeriod;
  }

  const record = async (said: Pick<Entry, 'event' | 'region' | 'layer' | 'before'>, within?: number) => {
    const at = clock.now();
    const entry = { ...said, at, account, ...(within !== undefined && { until: at + within }) };
    keep(entry);
    earlier.delete(keyOf(entry));
    // Only what precedes a request has to outlive a machine that fails: what follows it saves a wait.
    await append(path, `${JSON.stringify(entry)}\n`, said.event === 'sent');
  };
  return {
    findOpen(region, layer) {
      const entry = earlier.get(keyOf({ account, region, layer }));
      return entry && { before: entry.before ?? 0, until: openEnd(entry) };
    },
    sent: (region, layer, before, within) => record({ event: 'sent', region, layer, before }, within),
    settled: (region, layer) => record({ event: 'settled', region, layer }),
    unclear: (region, layer, before) => record({ event: 'unclear', region, layer, before }),
    close: () => rewrite(path, pending.values()),
  };
}

function keyOf({ account, region, layer }: Pick<Entry, 'account' | 'region' | 'layer'>): string {
  return `${account} ${region} ${layer}`;
}

/** Lines that are none (the last one of a run that was killed may be torn) are passed over. */
async function readEntries(path: string): Promise<readonly Entry[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isEntry(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isEntry(value: unknown): value is Entry {
  const { event, at, account, region, layer, before, until } = (value ?? {}) as Partial<
    Record<keyof Entry, unknown>
  >;
  return (
    ['sent', 'settled', 'unclear'].includes(event as string) &&
    typeof at === 'number' &&
    [account, region, layer].every((text) => typeof text === 'string') &&
    (event === 'settled' || typeof before === 'number') &&
    (until === undefined || typeof until === 'number')
  );
}

async function rewrite(path: string, entries: Iterable<Entry>): Promise<void> {
  const lines = [...entries].map((entry) => `${JSON.stringify(entry)}\n`);
  if (lines.length === 0) await rm(path, { force: true });
  else await writeAtomically(path, (temporary) => writeFile(temporary, lines.join('')));
}

/** In one write, so that a line is whole or the last one. */
async function append(path: string, line: string, isDurable: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a');
  try {
    await file.write(line);
    if (isDurable) await file.datasync();
  } finally {
    await file.close();
  }
}
