import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { writeAtomically } from './atomic-write.ts';
import { ActionError } from './errors.ts';
import type { Logger } from './logger.ts';

/** The process that holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Time at which it took the lock, in ISO 8601. */
  readonly since: string;
  /** The work that it does, for messages. */
  readonly work: string;
}

/** A lock that this process holds. */
export type Lock = AsyncDisposable;

/**
 * Takes a lock between processes. Returns the holder if another process has it; undefined stands for a holder that has
 * not written about itself yet.
 *
 * The lock is a kernel's lock on an empty SQLite file, because Node has no other way to one. The kernel releases it when
 * the process ends, however it ends, so no lock is ever stale. The file stays: removing it would let two processes lock
 * two files of one name.
 *
 * @param path path of the lock's file, which no other code may open: closing it releases the lock
 * @param work the work that the lock protects, for the messages of other processes
 * @throws ActionError if the file cannot be opened
 */
export async function takeLock(
  path: string,
  work: string,
): Promise<{ readonly lock: Lock } | { readonly holder: Holder | undefined }> {
  const holderPath = `${path}.json`;
  await mkdir(dirname(path), { recursive: true });
  const database = openLocked(path);
  if (database === undefined) return { holder: await readHolder(holderPath) };
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), work };
  await rm(holderPath, { force: true });
  // The description is only for messages, so a full disk does not stop the work.
  await writeAtomically(holderPath, (temporary) => writeFile(temporary, JSON.stringify(holder))).catch(
    () => {},
  );
  const release = async () => {
    await rm(holderPath, { force: true });
    database.close();
  };
  return { lock: { [Symbol.asyncDispose]: release } };
}

/**
 * Opens the file and locks it. Returns undefined if another process has locked it.
 *
 * @throws ActionError if the file cannot be opened
 */
function openLocked(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    // Without the pragma, SQLite would create a second file. Nothing is ever written.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return database;
  } catch (cause) {
    database?.close();
    if ((cause as { readonly errcode?: number }).errcode === sqliteBusy) return undefined;
    throw new ActionError(
      `The lock ${path} cannot be opened. Check that its folder is writable and has free space.`,
      { cause },
    );
  }
}

/** Waits until no other process has the lock, and takes it. Logs the holder once. */
export async function waitForLock(
  path: string,
  work: string,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<Lock> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const result = await takeLock(path, work);
    if ('lock' in result) return result.lock;
    if (attempt === 1)
      log.info(`Waiting for another build, which ${work}${describeHolder(result.holder)} ...`);
    await setTimeout(pollIntervalMs);
  }
}

const pollIntervalMs = 250;

/** Returns a text in parentheses that follows the description of the holder's work. */
export function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return '';
  const { pid, host, since } = holder;
  return ` (process ${pid} on ${host}, since ${since})`;
}

/** SQLite's result code for a file that another process has locked. */
const sqliteBusy = 5;

async function readHolder(path: string): Promise<Holder | undefined> {
  return await readFile(path, 'utf8').then(
    (json) => JSON.parse(json) as Holder,
    () => undefined,
  );
}
