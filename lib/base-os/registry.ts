import { setTimeout } from 'node:timers/promises';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { type Command, CommandError, type CommandResult } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { EngineClient } from './engine-images.ts';
import { findPullFailure } from './pull-failures.ts';

/**
 * Returns the digest that the registry has for an image, or undefined if the registry does not answer. Asks through
 * buildx, which needs no engine for this and uses the user's logins.
 */
export async function findRegistryDigest(
  image: string,
  { run, docker }: EngineClient,
): Promise<string | undefined> {
  const format = '{{.Manifest.Digest}}';
  const command: Command = [docker, 'buildx', 'imagetools', 'inspect', '--format', format, image];
  const { exitCode, stdout } = await run(command, { allowFailure: true });
  return exitCode === 0 && stdout.startsWith('sha256:') ? stdout.trim() : undefined;
}

export interface PullOptions extends EngineClient {
  readonly log: Logger;
  /** Ends the pause between two attempts. */
  readonly signal?: AbortSignal;
  /** Whether the caller can do without the image. An unreachable registry is then asked only once. */
  readonly hasFallback?: boolean;
  /** Waits between two attempts. Tests inject their own. */
  readonly wait?: (durationMs: number, signal?: AbortSignal) => Promise<void>;
}

/** A registry did not give an image in all attempts. The message names the attempts, the last answer and the fix. */
export class PullError extends CommandError {
  override name = 'PullError';

  constructor(image: string, attempts: number, fix: string, command: Command, result: CommandResult) {
    super(command, result);
    const count = attempts === 1 ? 'could not be pulled' : `could not be pulled in ${attempts} attempts`;
    this.message = `${image} ${count}. The last answer: ${describeAnswer(result)}. ${fix}`;
  }
}

/**
 * Pulls an image. Repeats the pull after a rate limit, a failure of the registry or a failure of the network.
 *
 * @throws PullError after the last attempt, or at once if another attempt does not help
 * @throws CommandError if the image does not exist, access is denied, or the engine fails
 */
export async function pullImage(image: string, cpu: Cpu, options: PullOptions): Promise<void> {
  const { run, docker, log, signal, hasFallback = false, wait = sleep } = options;
  const command: Command = [docker, 'pull', '--platform', cpuNames[cpu].platform, image];
  log.info(`Pulling ${image} ...`);
  for (let attempt = 1; ; attempt++) {
    const result = await run(command, { allowFailure: true });
    if (result.exitCode === 0) return;
    const failure = findPullFailure(result.stderr);
    if (failure === undefined) throw new CommandError(command, result);
    const attempts = hasFallback ? failure.attemptsWithFallback : failure.attempts;
    if (attempt >= attempts) throw new PullError(image, attempt, failure.fix, command, result);
    const pauseMs = choosePauseMs(attempt);
    const progress = `Attempt ${attempt} of ${attempts} failed: ${describeAnswer(result)}.`;
    log.info(`${progress} Pulling again in ${Math.ceil(pauseMs / 1000)} s ...`);
    await wait(pauseMs, signal);
  }
}

/** Bounds of the random pause between two attempts. The first bound is doubled after each attempt. */
const pauses = { shortestMs: 1_000, firstBoundMs: 2_000, longestBoundMs: 60_000 } as const;

/**
 * Chooses the pause after an attempt. It is at least a second, the unit of ECR Public's limit, and random, because the
 * jobs of a workflow start at the same time.
 *
 * @param attempt number of the failed attempt, from 1
 * @param random number from 0 (included) to 1 (excluded)
 */
export function choosePauseMs(attempt: number, random = Math.random()): number {
  const boundMs = Math.min(pauses.longestBoundMs, pauses.firstBoundMs * 2 ** (attempt - 1));
  return pauses.shortestMs + random * boundMs;
}

async function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(durationMs, undefined, { ...(signal && { signal }) }).catch(() => {});
  signal?.throwIfAborted();
}

/** Returns the last line of the engine's error, without its fixed start. */
export function describeAnswer({ stderr }: Pick<CommandResult, 'stderr'>): string {
  const [lastLine = ''] = stderr.trim().split('\n').slice(-1);
  return lastLine.replace(/^Error response from daemon: /, '').replace(/\.$/, '');
}
