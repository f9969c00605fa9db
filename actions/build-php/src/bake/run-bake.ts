import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { explainRefusal } from '#lib/node/atomic-write.ts';
import { type Command, describeEnding, startCommand } from '#lib/node/command.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { findRemedy } from '../remedies.ts';
import { followBuild } from './build-progress.ts';

export interface BakeOptions {
  /** The docker program. */
  readonly docker: string;
  /** A buildx builder, or `depot`; undefined: the client's current builder. */
  readonly builder: string | undefined;
  readonly log: Logger;
  /** Stops the build. BuildKit stops the work of a client that has disconnected. */
  readonly signal: AbortSignal;
  /** File for the complete output of the build. */
  readonly logFile: string;
}

/**
 * Returns the bake command. Depot's own program reads the same definition and builds on depot's machines, see
 * https://depot.dev/docs/cli/reference.
 */
export function bakeCommand(docker: string, builder: string | undefined): Command {
  const program: Command =
    builder === 'depot'
      ? ['depot', 'bake']
      : [docker, 'buildx', ...(builder === undefined ? [] : ['--builder', builder]), 'bake'];
  return [...program, '--progress', 'rawjson', '--file', '-'];
}

/**
 * Since buildx 0.20, bake asks before it reads or writes outside its working folder, to protect users from foreign
 * definitions. This definition is our own, and names the suite, which is outside the workspace of another repository.
 * `--allow` has the same effect, but older versions do not know it. See https://docs.docker.com/build/release-notes/.
 */
const bakeEnvironment = { BUILDX_BAKE_ENTITLEMENTS_FS: '0' };

const progressIntervalMs = 15_000;

/**
 * Bakes a definition and logs its progress.
 *
 * @throws ActionError with the failed step and its error; `logFile` has the complete output
 */
export async function runBake(definition: object, options: BakeOptions): Promise<void> {
  const { log, signal, logFile } = options;
  const command = bakeCommand(options.docker, options.builder);
  const progress = followBuild(log, () => performance.now());
  await mkdir(dirname(logFile), { recursive: true });
  const file = createWriteStream(logFile);
  // The build continues without its log file.
  file.on('error', (error) => log.warning(describeError(explainRefusal(error, logFile))));
  const timer = setInterval(() => progress.report(), progressIntervalMs);
  try {
    const build = startCommand(command, { input: JSON.stringify(definition), env: bakeEnvironment, signal });
    // buildx writes everything that matters to stderr.
    build.stdout.resume();
    createInterface({ input: build.stderr }).on('line', (line) => {
      for (const text of progress.readLine(line)) file.write(`${text}\n`);
    });
    const ending = await build.ended;
    signal.throwIfAborted();
    if (ending.exitCode === 0) return;
    // buildx prints nothing if a signal ends it.
    const killed = ending.signal === undefined ? '' : `buildx ${describeEnding(ending)}. `;
    throw new ActionError(describeFailure(`${killed}${progress.explainFailure()}`, logFile));
  } finally {
    clearInterval(timer);
    await new Promise<void>((resolve) => file.end(() => resolve()));
  }
}

function describeFailure(failure: string, logFile: string): string {
  const remedy = findRemedy(failure);
  const advice = remedy === undefined ? '' : `\n${remedy}`;
  return `The build failed. ${failure}${advice}\nComplete log: ${logFile}`;
}
