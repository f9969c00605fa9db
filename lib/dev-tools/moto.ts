import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { findFreePort } from './free-port.ts';
import { installPythonPackage } from './python-package.ts';

/**
 * Pinned version of moto, a local stand-in for AWS (https://docs.getmoto.org) with Lambda layers and STS in memory. This
 * module installs it, and runs it for one test or between calls of tools/upload-local.
 */
export const motoVersion = '5.2.5';

/** Folder of the installation: inside the checkout, ignored by Git. */
export const motoFolder = join(import.meta.dirname, '../..', '.cache', 'moto');

/** Long, because the first start compiles Python files. */
const startTimeoutMs = 90_000;

/** Returns environment variables for a server at `url`. They override any settings for the real AWS. */
export function motoEnvironment(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
  };
}

/** Installs the pinned version once, and returns the path of its server program. */
export async function installMoto(run: Run, folder = motoFolder): Promise<string> {
  const moto = { name: 'moto', version: motoVersion, extras: '[server]' };
  return join(await installPythonPackage(run, moto, folder), 'moto_server');
}

export interface Moto extends AsyncDisposable {
  readonly url: string;
}

/** Starts a server for the lifetime of a variable: `await using moto = await startMoto(program)`. */
export async function startMoto(program: string): Promise<Moto> {
  const port = await findFreePort();
  const child = spawn(program, argumentsFor(port), { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill();
    await ended;
  };
  try {
    await waitUntilReady(url, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, [Symbol.asyncDispose]: stop };
}

/** A server that outlives the process that started it. */
export interface KeptServer {
  readonly pid: number;
  readonly url: string;
}

/** Returns the kept server. Starts a new one if none responds. Its log is `server.log` in the folder. */
export async function keepMoto(run: Run, folder = motoFolder): Promise<KeptServer> {
  const kept = await findKeptMoto(folder);
  if (kept !== undefined) return kept;
  const program = await installMoto(run, folder);
  const port = await findFreePort();
  const log = await open(join(folder, 'server.log'), 'w');
  const child = spawn(program, argumentsFor(port), { detached: true, stdio: ['ignore', log.fd, log.fd] });
  await once(child, 'spawn');
  await log.close();
  child.unref();
  const server = { pid: child.pid ?? 0, url: `http://127.0.0.1:${port}` };
  await waitUntilReady(server.url, () => child.exitCode !== null);
  await writeFile(statePath(folder), `${JSON.stringify(server)}\n`);
  return server;
}

/** Returns the kept server if it responds. */
export async function findKeptMoto(folder = motoFolder): Promise<KeptServer | undefined> {
  const kept = await readKeptServer(folder);
  return kept !== undefined && (await responds(kept.url)) ? kept : undefined;
}

/** Stops the kept server, which loses everything that was published to it. Returns undefined if none runs. */
export async function stopMoto(folder = motoFolder): Promise<KeptServer | undefined> {
  // The process id may have been reused, so a process is stopped only if it still responds as moto.
  const kept = await findKeptMoto(folder);
  await rm(statePath(folder), { force: true });
  if (kept === undefined) return undefined;
  process.kill(kept.pid);
  return kept;
}

function argumentsFor(port: number): string[] {
  return ['-H', '127.0.0.1', '-p', String(port)];
}

function statePath(folder: string): string {
  return join(folder, 'server.json');
}

async function readKeptServer(folder: string): Promise<KeptServer | undefined> {
  try {
    return JSON.parse(await readFile(statePath(folder), 'utf8')) as KeptServer;
  } catch {
    return undefined;
  }
}

async function waitUntilReady(url: string, hasEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + startTimeoutMs; Date.now() < end; await setTimeout(100)) {
    if (await responds(url)) return;
    if (hasEnded()) break;
  }
  throw new ActionError(`moto did not start at ${url}. Delete ${motoFolder} to reinstall it.`);
}

/** Returns whether moto listens at `url`. Only moto has this path, which shows its settings. */
async function responds(url: string): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/moto-api/config`, { signal: AbortSignal.timeout(5_000) });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}
