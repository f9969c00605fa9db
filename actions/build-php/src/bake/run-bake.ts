import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from '../../../shared/command.ts';
import { ActionError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import { followBuild } from './build-progress.ts';

export interface BakeOptions {
  readonly docker: string;
  /** A buildx builder, or `depot`; undefined: the client's current one. */
  readonly builder: string | undefined;
  readonly log: Logger;
  /** Ends the build: BuildKit stops what a client that went away had asked for. */
  readonly signal: AbortSignal;
  /** Receives everything that the build says. */
  readonly logFile: string;
}

/** depot's own program reads the same definition, and builds on depot's machines. See depot.dev/docs/cli/reference. */
export function bakeCommand(docker: string, builder: string | undefined): Command {
  const program: Command =
    builder === 'depot'
      ? ['depot', 'bake']
      : [docker, 'buildx', ...(builder === undefined ? [] : ['--builder', builder]), 'bake'];
  return [...program, '--progress', 'rawjson', '--file', '-'];
}

/**
 * Since buildx 0.20 bake asks before it reads or writes outside of its working folder, for definitions that came from
 * elsewhere. Ours names the suite, which lies beside a foreign repository, and was made by this program. `--allow`
 * would do the same, but is unknown to older ones. See docs.docker.com/build/release-notes.
 */
const bakeEnvironment = { BUILDX_BAKE_ENTITLEMENTS_FS: '0' };

/** Milliseconds between two lines about what the compiler is at. */
const beat = 15_000;

/**
 * Bakes a definition, with its progress in the log. Throws an ActionError with the failed step and its error, not with
 * the thousands of lines before it; those are in `logFile`.
 */
export async function runBake(definition: object, options: BakeOptions): Promise<void> {
  const { log, signal, logFile } = options;
  const command = bakeCommand(options.docker, options.builder);
  const progress = followBuild(log, () => performance.now());
  await mkdir(dirname(logFile), { recursive: true });
  await using file = createWriteStream(logFile);
  const timer = setInterval(() => progress.beat(), beat);
  try {
    const exitCode = await runClient(command, JSON.stringify(definition), signal, (line) => {
      for (const said of progress.feed(line)) file.write(`${said}\n`);
    });
    if (exitCode === 0) return;
    signal.throwIfAborted();
    throw new ActionError(explain(progress.explain(), logFile));
  } finally {
    clearInterval(timer);
  }
}

function explain(failure: string, logFile: string): string {
  const remedy = remedies.find(([pattern]) => pattern.test(failure))?.[1];
  const advice = remedy === undefined ? '' : `\n${remedy}`;
  return `The build failed. ${failure}${advice}\nThe whole log: ${logFile}`;
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device/i,
    'The disk is full: free some space (`docker builder prune` drops old layers), then run it again.',
  ],
  [
    /unrecognized option/i,
    "This PHP has no such flag: look at `configure-flags`, `extensions`, and the flags in the version's Dockerfile.",
  ],
  [
    /Package requirements .* were not met|cannot find -l/i,
    'A library that an extension needs is not installed: add its -dev (or -devel) package to bases/<base>/packages/list.txt.',
  ],
  [
    /Cannot connect to the Docker daemon|error reading from server: EOF|transport is closing|connection reset/i,
    'The Docker engine went away: start it and run this again; what was finished is kept.',
  ],
];

/** Runs bake, its stderr line by line. Its standard output goes with it: buildx writes none that matters. */
async function runClient(
  [program, ...args]: Command,
  input: string,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<number> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...bakeEnvironment },
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new ActionError(`"${program}" could not be started; is it installed and on PATH?`, { cause })),
      );
      child.once('close', (code) => resolve(code ?? 1));
    });
    child.stdin.on('error', () => {}); // A client that ends at once says why on its stderr.
    child.stdin.end(input);
    createInterface({ input: child.stderr }).on('line', onLine);
    return await ended;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
