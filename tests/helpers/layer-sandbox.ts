import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Duplex } from 'node:stream';
import { createRun } from '../../actions/shared/command.ts';
import type { Cpu } from '../../actions/shared/cpu.ts';
import { findDocker } from '../../actions/shared/docker.ts';
import { createAgent } from '../../actions/test-layer/src/connection.ts';
import {
  type Purpose,
  runCommand,
  type Sandbox,
  serveCommand,
} from '../../actions/test-layer/src/container.ts';
import type { Base } from '../../actions/test-layer/src/inputs.ts';
import { findEmulator } from '../../actions/test-layer/src/rie.ts';
import { baseImages, prepareRoot } from '../../actions/test-layer/src/root.ts';
import { maximumUnzippedSize, unpackLayer } from '../../actions/test-layer/src/unpack.ts';
import { silentLogger } from './silent-logger.ts';

/**
 * Layers as test-layer runs them (the same root, flags and environment), for what are no cases: property tests and
 * benchmarks. Containers that are left when it is disposed of are removed.
 */
export interface LayerSandbox extends AsyncDisposable {
  /** Starts a program; its stdin and stdout are the caller's. */
  start(command: readonly string[], task: string): Program;
  /** Starts a function, and returns when the emulator waits for its first event, which is what starts the runtime. */
  startFunction(task: string, environment: Readonly<Record<string, string>>): Promise<RunningFunction>;
}

export interface Program {
  readonly child: ChildProcess;
  /** What it said on stderr so far. */
  log(): string;
  /** Ends its input, and returns when it is gone. */
  end(): Promise<void>;
}

export interface RunningFunction {
  /** The answer to an event, both as JSON. */
  invoke(event: string): Promise<string>;
  log(): string;
  end(): Promise<void>;
}

export interface LayerSandboxOptions {
  /** Stacked at /opt in this order. */
  readonly zips: readonly string[];
  readonly cpu?: Cpu;
  readonly base?: Base;
}

export async function openLayerSandbox({
  zips,
  cpu = 'x86',
  base = 'auto',
}: LayerSandboxOptions): Promise<LayerSandbox> {
  const log = silentLogger();
  const run = createRun(log);
  const docker = await findDocker(run);
  const opt = await mkdtemp(join(tmpdir(), 'layer-sandbox-'));
  await chmod(opt, 0o755);
  for (const zip of zips) await unpackLayer(resolve(zip), opt, cpu, maximumUnzippedSize);
  const { image } = await prepareRoot(base, cpu, { docker, run, log, images: baseImages });
  const rie = await findEmulator(cpu, undefined, { run, log, cacheFolder: resolve('.cache') });
  const label = `layer-sandbox=${randomUUID()}`;
  const sandbox: Sandbox = { docker, image, cpu, opt, rie, label, memory: 1024, limitsMemory: false };
  const start = (purpose: Omit<Purpose, 'name' | 'isInteractive'>) =>
    startProgram(
      runCommand(sandbox, { ...purpose, name: `layer-sandbox-${randomUUID()}`, isInteractive: true }),
    );
  return {
    start: (command, task) => start({ command, task, environment: {} }),
    startFunction: (task, environment) => connect(start({ command: serveCommand, task, environment })),
    async [Symbol.asyncDispose]() {
      const { stdout } = await run([docker, 'ps', '--all', '--quiet', '--filter', `label=${label}`]);
      const ids = stdout.split('\n').filter((id) => id !== '');
      if (ids.length > 0) await run([docker, 'rm', '--force', ...ids], { allowFailure: true });
      await rm(opt, { recursive: true, force: true });
    },
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
  if (stdin === null || stdout === null) throw new Error('the container has no pipes');
  const agent = createAgent(Duplex.from({ writable: stdin, readable: stdout }));
  const path = '/2015-03-31/functions/function/invocations';
  // It answers 404, but it answers.
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
