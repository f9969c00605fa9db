import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type Agent, request } from 'node:http';
import { resolve } from 'node:path';
import { Duplex } from 'node:stream';
import type { BaseOsChoice } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { createPipeAgent } from '#lib/sandbox/connection.ts';
import { type ContainerOptions, runCommand, serveCommand } from '#lib/sandbox/container.ts';
import { openSandbox } from '#lib/sandbox/open.ts';
import { baseOsImages } from '#lib/sandbox/root.ts';
import { settings as caseSettings } from './cases.ts';
import { silentLogger } from './silent-logger.ts';

/**
 * Runs layers in the sandbox of test-layer (with the same root, flags and environment), for property tests and
 * benchmarks. Removes all its containers when it is disposed of.
 */
export interface LayerSandbox extends AsyncDisposable {
  /** Starts a program. The caller uses its stdin and stdout. */
  start(command: readonly string[], task: string): Program;
  /** Starts a function, and returns when the emulator waits for the first event. That event starts the runtime. */
  startFunction(task: string, environment: Readonly<Record<string, string>>): Promise<RunningFunction>;
}

export interface Program {
  readonly child: ChildProcess;
  /** Returns its output on stderr so far. */
  log(): string;
  /** Ends the program's input, and returns when the program has ended. */
  end(): Promise<void>;
}

export interface RunningFunction {
  /** Sends an event and returns the answer, both as JSON. */
  invoke(event: string): Promise<string>;
  log(): string;
  end(): Promise<void>;
}

export interface LayerSandboxOptions {
  /** Zips, in the order in which they are stacked at /opt. */
  readonly zips: readonly string[];
  readonly cpu?: Cpu;
  readonly baseOs?: BaseOsChoice;
}

export async function openLayerSandbox({
  zips,
  cpu = 'x86',
  baseOs = 'auto',
}: LayerSandboxOptions): Promise<LayerSandbox> {
  const log = silentLogger();
  const run = createRun(log);
  const settings = { ...caseSettings, timeout: 30 };
  const opened = await openSandbox(
    {
      layers: zips.map((zip) => resolve(zip)),
      expectedOverlaps: ['bootstrap'],
      cpu,
      baseOs,
      rie: undefined,
      cacheFolder: resolve('.cache'),
      settings,
    },
    {
      docker: await findDocker(run),
      run,
      log,
      images: baseOsImages,
      recipes: 'lib/sandbox/roots',
      signal: new AbortController().signal,
    },
  );
  const start = (
    container: Pick<ContainerOptions, 'command' | 'task'>,
    environment: Readonly<Record<string, string>> = {},
  ): Program =>
    startProgram(
      runCommand(opened.sandbox, {
        ...container,
        name: `layer-sandbox-${randomUUID()}`,
        settings: { ...settings, environment },
        input: 'connection',
      }),
    );
  return {
    start: (command, task) => start({ command, task }),
    startFunction: (task, environment) => connect(start({ command: serveCommand, task }, environment)),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

function startProgram([program, ...args]: readonly [string, ...string[]]): Program {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const end = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    child,
    log: () => Buffer.concat(chunks).toString(),
    end: () => {
      child.stdin.destroy();
      return end;
    },
  };
}

async function connect(program: Program): Promise<RunningFunction> {
  const { stdin, stdout } = program.child;
  if (stdin === null || stdout === null) throw new Error('The container has no pipes.');
  const agent = createPipeAgent(Duplex.from({ writable: stdin, readable: stdout }));
  const path = '/2015-03-31/functions/function/invocations';
  // The answer is a 404, which proves that the emulator is ready.
  await send(agent, 'GET', '/', '');
  return { ...program, invoke: (event) => send(agent, 'POST', path, event) };
}

function send(agent: Agent, method: string, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request({ agent, host: 'function', method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      response.on('error', reject);
    })
      .on('error', reject)
      .end(body);
  });
}
