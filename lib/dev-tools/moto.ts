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
 * A local stand-in for AWS (https://docs.getmoto.org): Lambda's layers and STS, in memory. This module installs it,
 * runs it for a test, or keeps it running between calls of `upload-local.ts`.
 */
export const motoVersion = '5.2.5';

/** Where it is kept: inside the checkout, ignored by Git. */
export const motoFolder = join(import.meta.dirname, '../..', '.cache', 'moto');

/** Time in which a server must answer, in milliseconds: its first start compiles Python files. */
const startTimeout = 90_000;

/** Endpoints and credentials for a server at `url`, over whatever the caller's environment says of the real AWS. */
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

/** Installs the pinned version, once; the path of its server program. */
export async function installMoto(run: Run, folder = motoFolder): Promise<string> {
  const moto = { name: 'moto', version: motoVersion, extras: '[server]' };
  return join(await installPythonPackage(run, moto, folder), 'moto_server');
}

export interface Moto extends AsyncDisposable {
  readonly url: string;
}

/** Starts a server that ends with its owner: `await using moto = await startMoto(program)`. */
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
    await waitUntilItAnswers(url, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, [Symbol.asyncDispose]: stop };
}

/** A server that outlives the call that started it. */
export interface KeptServer {
  readonly pid: number;
  readonly url: string;
}

/** The kept server's address; started unless one answers already. Its log is `server.log` in the folder. */
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
  await waitUntilItAnswers(server.url, () => child.exitCode !== null);
  await writeFile(statePath(folder), `${JSON.stringify(server)}\n`);
  return server;
}

/** The kept server, where one answers. */
export async function findKeptMoto(folder = motoFolder): Promise<KeptServer | undefined> {
  const kept = await readKeptServer(folder);
  return kept !== undefined && (await answers(kept.url)) ? kept : undefined;
}

/** Ends the kept server and forgets what was published there; undefined where none runs. */
export async function stopMoto(folder = motoFolder): Promise<KeptServer | undefined> {
  // A process id may belong to somebody else by now: only one that still answers as moto is ended.
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

async function waitUntilItAnswers(url: string, hasEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + startTimeout; Date.now() < end; await setTimeout(100)) {
    if (await answers(url)) return;
    if (hasEnded()) break;
  }
  throw new ActionError(`moto did not start at ${url}; remove ${motoFolder} to install it anew.`);
}

/** Whether moto is what listens there: it shows its settings at this path. */
async function answers(url: string): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/moto-api/config`, { signal: AbortSignal.timeout(5_000) });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}
