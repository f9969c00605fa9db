import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinySource } from '../fixtures/tiny-suite.ts';
import { canStartEngine, startEmptyEngine } from '../stand-ins/empty-engine.ts';
import { serve } from '../stand-ins/file-server.ts';

/** Longest time that a stopped build may take to end. Everything that it may be waiting for takes much longer. */
const promptMs = 5_000;

/** Returns the command lines of processes with this text in their environment, which they inherited from the build. */
async function findProcesses(marker: string): Promise<readonly string[]> {
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

/**
 * Stops a build after a given output, once `isReady` resolves. Returns its result, whether it ended promptly, and the
 * processes and temporary files that it left.
 */
async function stopBuild(
  folder: string,
  signal: NodeJS.Signals,
  { inputs = {}, environment = {}, when, isReady }: StoppedBuild,
) {
  const marker = randomUUID();
  const temporary = join(folder, 'temporary');
  await mkdir(temporary);
  let isStopping = false;
  let stoppedMs = Number.NaN;
  const how = (action: ChildProcess) => {
    if (isStopping) return;
    isStopping = true;
    void isReady().then(() => {
      stoppedMs = performance.now();
      action.kill(signal);
    });
  };
  const variables = { ...environment, TMPDIR: temporary, BUILD_MARKER: marker };
  const { exitCode, stderr } = await buildTinyPhp(folder, inputs, variables, { disturb: { when, how } });
  const durationMs = performance.now() - stoppedMs;
  return {
    exitCode,
    stderr,
    isPrompt: durationMs < promptMs,
    remains: [...(await findProcesses(marker)), ...(await readdir(temporary))],
  };
}

interface StoppedBuild {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly when: string;
  readonly isReady: () => Promise<unknown>;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const cleanStop = (signal: keyof typeof exitCodes) => ({
  exitCode: exitCodes[signal],
  stderr: `Error: Stopped by ${signal}.\n`,
  isPrompt: true,
  remains: [],
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'ends at once if %s stops it while it fetches a source, and the next build succeeds',
  async (signal) => {
    await using folder = await temporaryFolder();
    let isStalling = true;
    const requested = Promise.withResolvers<void>();
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': tinySource.length });
      if (isStalling) {
        response.write(tinySource.slice(0, 5));
        setTimeout(requested.resolve, 200);
      } else {
        response.end(tinySource);
      }
    });
    await makeTinySuite(folder.path, server.url);
    const stalled = { when: 'Downloading php 9.9.1 from ', isReady: () => requested.promise };
    expect(await stopBuild(folder.path, signal, stalled)).toEqual(cleanStop(signal));
    expect(await readdir(join(folder.path, '.cache/sources'))).toEqual([]);
    isStalling = false;
    expect(await buildTinyPhp(folder.path)).toMatchObject({ exitCode: 0, stderr: '' });
  },
);

test.skipIf(!canStartEngine)('ends at once if it is stopped while it pulls the base OS', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  // A proxy that never responds: the engine waits for its answer to CONNECT.
  const requested = Promise.withResolvers<void>();
  await using network = createServer((socket) => {
    socket.resume();
    requested.resolve();
  });
  await once(network.listen(0, '127.0.0.1'), 'listening');
  const proxy = `http://127.0.0.1:${(network.address() as AddressInfo).port}`;
  await using engine = await startEmptyEngine(folder.path, { HTTPS_PROXY: proxy });
  await makeTinySuite(folder.path, server.url);
  const pulling = {
    inputs: { base: 'al2023' },
    environment: { DOCKER_HOST: engine.host },
    when: 'Pulling ',
    isReady: () => requested.promise,
  };
  expect(await stopBuild(folder.path, 'SIGTERM', pulling)).toEqual(cleanStop('SIGTERM'));
  expect(await readdir(folder.path)).not.toContain('output');
});

test.skipIf(!canStartEngine)(
  'leaves nothing if it is stopped while it makes the base OS, and the next build succeeds',
  async () => {
    await using folder = await temporaryFolder();
    await using server = await serve((_request, response) => response.end(tinySource));
    await using engine = await startEmptyEngine(folder.path);
    await makeTinySuite(folder.path, server.url);
    const making = {
      inputs: { base: 'debian-12' },
      environment: { DOCKER_HOST: engine.host },
      when: 'Making ',
      // mmdebstrap then installs packages.
      isReady: () => sleep(3_000),
    };
    expect(await stopBuild(folder.path, 'SIGINT', making)).toEqual(cleanStop('SIGINT'));
    expect(await buildTinyPhp(folder.path)).toMatchObject({ exitCode: 0, stderr: '' });
  },
);
