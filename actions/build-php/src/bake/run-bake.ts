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
  const file = createWriteStream(logFile);
  // A log that cannot be written is no reason to give up a build.
  file.on('error', (error) => log.warning(describeError(explainRefusal(error, logFile))));
  const timer = setInterval(() => progress.beat(), beat);
  try {
    // buildx writes nothing that matters to its standard output.
    const build = startCommand(command, { input: JSON.stringify(definition), env: bakeEnvironment, signal });
    build.stdout.resume();
    createInterface({ input: build.stderr }).on('line', (line) => {
      for (const said of progress.feed(line)) file.write(`${said}\n`);
    });
    const ending = await build.ended;
    signal.throwIfAborted();
    if (ending.exitCode === 0) return;
    // Of a signal, buildx itself says nothing.
    const killed = ending.signal === undefined ? '' : `buildx ${describeEnding(ending)}. `;
    throw new ActionError(explain(`${killed}${progress.explain()}`, logFile));
  } finally {
    clearInterval(timer);
    await new Promise<void>((resolve) => file.end(() => resolve()));
  }
}

function explain(failure: string, logFile: string): string {
  const remedy = findRemedy(failure);
  const advice = remedy === undefined ? '' : `\n${remedy}`;
  return `The build failed. ${failure}${advice}\nThe whole log: ${logFile}`;
}
