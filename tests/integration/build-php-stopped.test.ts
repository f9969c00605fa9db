import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { canStartEngine, startEmptyEngine } from '../helpers/empty-engine.ts';
import { serve } from '../helpers/file-server.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinySource } from '../helpers/tiny-suite.ts';

/** How long a build may take to end, in milliseconds: far less than anything that it may be waiting for. */
const promptly = 5_000;

/** Processes that were started with this text in their environment, and so by the build that had it in its own. */
async function processesOf(marker: string): Promise<readonly string[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
      return environment.includes(marker)
        ? [await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')]
        : [];
    }),
  );
  return found.flat();
}

/** Stops a build when it has said something and `isReady`; says how it ended, how fast, and what it left. */
async function stopBuild(
  folder: string,
  signal: NodeJS.Signals,
  { inputs = {}, environment = {}, when, isReady }: StoppedBuild,
) {
  const marker = randomUUID();
  const temporary = join(folder, 'temporary');
  await mkdir(temporary);
  let stopped = Number.NaN;
  const how = (action: ChildProcess) => {
    if (!Number.isNaN(stopped)) return;
    stopped = 0;
    void isReady().then(() => {
      stopped = performance.now();
      action.kill(signal);
    });
  };
  const variables = { ...environment, TMPDIR: temporary, BUILD_MARKER: marker };
  const { exitCode, stderr } = await buildTinyPhp(folder, inputs, variables, { disturb: { when, how } });
  const took = performance.now() - stopped;
  return {
    exitCode,
    stderr,
    isPrompt: took < promptly,
    left: [...(await processesOf(marker)), ...(await readdir(temporary))],
  };
}

interface StoppedBuild {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly when: string;
  readonly isReady: () => Promise<unknown>;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const clean = (signal: keyof typeof exitCodes) => ({
  exitCode: exitCodes[signal],
  stderr: `Error: Stopped by ${signal}.\n`,
  isPrompt: true,
  left: [],
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'stopped by %s while a source is fetched, a build ends at once, and the next one is clean',
  async (signal) => {
    await using folder = await temporaryFolder();
    let isStalling = true;
    const asked = Promise.withResolvers<void>();
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': tinySource.length });
      if (isStalling) {
        response.write(tinySource.slice(0, 5));
        setTimeout(asked.resolve, 200);
      } else {
        response.end(tinySource);
      }
    });
    await makeTinySuite(folder.path, server.url);
    const stalled = { when: 'php 9.9.1: ', isReady: () => asked.promise };
    expect(await stopBuild(folder.path, signal, stalled)).toEqual(clean(signal));
    expect(await readdir(join(folder.path, '.cache/sources'))).toEqual([]);
    isStalling = false;
    expect(await buildTinyPhp(folder.path)).toMatchObject({ exitCode: 0, stderr: '' });
  },
);

test.skipIf(!canStartEngine)('stopped while its base is pulled, a build ends at once', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  // A network that swallows what it is asked: the engine waits for its answer to CONNECT.
  const asked = Promise.withResolvers<void>();
  await using network = createServer((socket) => {
    socket.resume();
    asked.resolve();
  });
  await once(network.listen(0, '127.0.0.1'), 'listening');
  const proxy = `http://127.0.0.1:${(network.address() as AddressInfo).port}`;
  await using engine = await startEmptyEngine(folder.path, { HTTPS_PROXY: proxy });
  await makeTinySuite(folder.path, server.url);
  const pulling = {
    inputs: { base: 'al2023' },
    environment: { DOCKER_HOST: engine.host },
    when: 'Pulling ',
    isReady: () => asked.promise,
  };
  expect(await stopBuild(folder.path, 'SIGTERM', pulling)).toEqual(clean('SIGTERM'));
  expect(await readdir(folder.path)).not.toContain('output');
});

test.skipIf(!canStartEngine)(
  'stopped while its base is made, a build leaves nothing of it, and the next one is clean',
  async () => {
    await using folder = await temporaryFolder();
    await using server = await serve((_request, response) => response.end(tinySource));
    await using engine = await startEmptyEngine(folder.path);
    await makeTinySuite(folder.path, server.url);
    const making = {
      inputs: { base: 'debian-12' },
      environment: { DOCKER_HOST: engine.host },
      when: 'Making ',
      // mmdebstrap is at its packages.
      isReady: () => sleep(3_000),
    };
    expect(await stopBuild(folder.path, 'SIGINT', making)).toEqual(clean('SIGINT'));
    expect(await buildTinyPhp(folder.path)).toMatchObject({ exitCode: 0, stderr: '' });
  },
);
