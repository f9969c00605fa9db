import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import type { Clock } from '../aws/clock.ts';

/**
 * What was sent without a clear answer, kept in a file so that a run that was killed can be gone on with: the next
 * one does not publish where a request may still come through. It is a hint; what a region has decides.
 */
export interface Journal {
  /** The time until which a request of an earlier run may still make a version; undefined where none may. */
  openUntil(region: string, layer: string): number | undefined;
  /** Before a layer is sent. `within`: milliseconds after which the request is given up at the latest. */
  sent(region: string, layer: string, within: number): Promise<void>;
  /** The request was answered, or it is certain that nothing comes of it any more. */
  settled(region: string, layer: string): Promise<void>;
  /** The request ended without a clear answer. */
  unclear(region: string, layer: string): Promise<void>;
  /** Forgets what is settled; removes the file when that is all. */
  close(): Promise<void>;
}

/** One line of the file. Times in milliseconds since 1970. */
interface Entry {
  readonly event: 'sent' | 'settled' | 'unclear';
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly layer: string;
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
  openUntil: () => undefined,
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
    const key = `${entry.account} ${entry.region} ${entry.layer}`;
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

  const record = async (event: Entry['event'], region: string, layer: string, within?: number) => {
    const at = clock.now();
    const entry = { event, at, account, region, layer, ...(within !== undefined && { until: at + within }) };
    keep(entry);
    // Only what precedes a request has to outlive a machine that fails: what follows it saves a wait.
    await append(path, `${JSON.stringify(entry)}\n`, event === 'sent');
  };
  return {
    openUntil(region, layer) {
      const entry = earlier.get(`${account} ${region} ${layer}`);
      return entry && openEnd(entry);
    },
    sent: (region, layer, within) => record('sent', region, layer, within),
    settled: (region, layer) => record('settled', region, layer),
    unclear: (region, layer) => record('unclear', region, layer),
    close: () => rewrite(path, pending.values()),
  };
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
  const { event, at, account, region, layer, until } = (value ?? {}) as Partial<Record<keyof Entry, unknown>>;
  return (
    ['sent', 'settled', 'unclear'].includes(event as string) &&
    typeof at === 'number' &&
    [account, region, layer].every((text) => typeof text === 'string') &&
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
