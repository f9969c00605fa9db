import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findFreePort } from '#lib/dev-tools/free-port.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';

const folder = resolve(import.meta.dirname, '../../.cache/registry');
const program = join(folder, 'unpacked/usr/bin/docker-registry');

export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:<port>`; Docker reaches loopback without TLS. */
  readonly host: string;
}

/**
 * Returns Debian's build of Docker's registry server, or undefined if apt-get cannot download it. The package is only
 * unpacked: installing it would start a service.
 */
export async function obtainRegistry(): Promise<string | undefined> {
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  const run = createRun(silentLogger());
  try {
    await run(['apt-get', 'download', '--quiet', 'docker-registry'], { cwd: folder });
  } catch {
    return undefined;
  }
  const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
  if (archive === undefined) return undefined;
  await run(['dpkg-deb', '--extract', archive, 'unpacked'], { cwd: folder });
  return program;
}

/**
 * Starts a registry.
 *
 * @param storage folder for the images
 * @param isClosed whether the registry requires a login; it has no users, so it refuses every request
 */
export async function startRegistry(program: string, storage: string, isClosed = false): Promise<Registry> {
  const host = `127.0.0.1:${await findFreePort()}`;
  const configuration = join(storage, 'registry.yml');
  const users = join(storage, 'users');
  await writeFile(users, '');
  await writeFile(
    configuration,
    JSON.stringify({
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(storage, 'images') } },
      http: { addr: host },
      ...(isClosed && { auth: { htpasswd: { realm: 'closed', path: users } } }),
    }),
  );
  const child = spawn(program, ['serve', configuration], { stdio: 'ignore' });
  for (let attempt = 0; attempt < 100 && !(await isRunning(host)); attempt++) await setTimeout(50);
  return {
    host,
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

async function isRunning(host: string): Promise<boolean> {
  return fetch(`http://${host}/v2/`).then(
    ({ status }) => status === 200 || status === 401,
    () => false,
  );
}
