import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '#lib/aws/clock.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';

/**
 * Publish requests that may still create a layer version, kept in a file. A run that follows a killed one does not
 * publish a layer while such a request is open. The journal is only a hint: the region's state decides.
 */
export interface Journal {
  /** Returns the open request of an earlier run; undefined if there is none. */
  findOpen(region: string, layer: string): OpenRequest | undefined;
  /**
   * Records a request before it is sent.
   *
   * @param before newest version of the region
   * @param timeoutMs time after which the request is aborted
   */
  recordSent(region: string, layer: string, before: number, timeoutMs: number): Promise<void>;
  /** Records that the request got a response, or that it cannot create a layer version any more. */
  recordSettled(region: string, layer: string): Promise<void>;
  /** Records that the request ended with an unclear response. */
  recordUnclear(region: string, layer: string, before: number): Promise<void>;
  /** Drops settled entries. Removes the file if none is left. */
  close(): Promise<void>;
}

export interface OpenRequest {
  /** Newest version before the request. A newer one is the request's result. */
  readonly before: number;
  /** End of the time in which the request may create a layer version; milliseconds since 1970. */
  readonly until: number;
}

/** One line of the file. Times are in milliseconds since 1970. */
interface Entry {
  readonly event: 'sent' | 'settled' | 'unclear';
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly layer: string;
  /** Newest version before the request (`sent` and `unclear`). */
  readonly before?: number;
  /** Time at which the request is aborted (`sent`). */
  readonly until?: number;
}

export interface JournalOptions {
  /** Folder of `publish.journal.jsonl`. */
  readonly output: string;
  readonly account: string;
  readonly clock: Clock;
  /** Time after the end of a request in which it may still create a layer version. */
  readonly quietPeriodMs: number;
}

export function journalPath(output: string): string {
  return join(output, 'publish.journal.jsonl');
}

/** The journal of a dry run, which sends nothing. */
export const noJournal: Journal = {
  findOpen: () => undefined,
  recordSent: async () => {},
  recordSettled: async () => {},
  recordUnclear: async () => {},
  close: async () => {},
};

/** Opens the journal with the open requests of earlier runs, and drops all other lines of the file. */
export async function openJournal({
  output,
  account,
  clock,
  quietPeriodMs,
}: JournalOptions): Promise<Journal> {
  const path = journalPath(output);
  const startedAt = clock.now();
  /** The last entry of each layer in each region, while its request is open. */
  const pending = new Map<string, Entry>();
  const apply = (entry: Entry): void => {
    const key = keyOf(entry);
    if (entry.event === 'settled') pending.delete(key);
    else pending.set(key, entry);
  };
  for (const entry of await readEntries(path)) apply(entry);
  for (const [key, entry] of pending) if (findEnd(entry) <= startedAt) pending.delete(key);
  const earlier = new Map(pending);
  await rewrite(path, earlier.values());

  /** Adds the quiet period to the latest possible end of the request: its abort or the start of this run, if earlier. */
  function findEnd({ at, until = at }: Entry): number {
    return Math.min(startedAt, until) + quietPeriodMs;
  }

  const record = async (fields: Pick<Entry, 'event' | 'region' | 'layer' | 'before'>, timeoutMs?: number) => {
    const at = clock.now();
    const entry = { ...fields, at, account, ...(timeoutMs !== undefined && { until: at + timeoutMs }) };
    apply(entry);
    earlier.delete(keyOf(entry));
    // Only the line that precedes a request has to survive a crash of the machine. Other lines only avoid a wait.
    await append(path, `${JSON.stringify(entry)}\n`, fields.event === 'sent');
  };
  return {
    findOpen(region, layer) {
      const entry = earlier.get(keyOf({ account, region, layer }));
      return entry && { before: entry.before ?? 0, until: findEnd(entry) };
    },
    recordSent: (region, layer, before, timeoutMs) =>
      record({ event: 'sent', region, layer, before }, timeoutMs),
    recordSettled: (region, layer) => record({ event: 'settled', region, layer }),
    recordUnclear: (region, layer, before) => record({ event: 'unclear', region, layer, before }),
    close: () => rewrite(path, pending.values()),
  };
}

function keyOf({ account, region, layer }: Pick<Entry, 'account' | 'region' | 'layer'>): string {
  return `${account} ${region} ${layer}`;
}

/** Skips invalid lines: a killed run may leave an incomplete last line. */
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

/** Appends in one write, so that only the last line can be incomplete. */
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
