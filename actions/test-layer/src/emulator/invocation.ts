import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '#lib/node/command.ts';
import { describeError } from '#lib/node/errors.ts';
import { type Connection, openConnection } from '#lib/sandbox/connection.ts';
import { type Purpose, runCommand, type Sandbox, serveCommand } from '#lib/sandbox/container.ts';
import { killContainer } from '#lib/sandbox/kill.ts';
import type { InvocationCase } from '../cases/case.ts';
import { judgeAnswers, parseAnswer } from '../cases/judge.ts';
import { findMissing, findUnwanted, type LogText } from '../cases/log.ts';
import type { Outcome, Reason } from '../target.ts';

/** Seconds beyond an invocation's own timeout: the container's start, and 2 s that the emulator takes for a reset. */
const grace = 20;
/** Milliseconds that a log line may arrive after the answer: it comes by another way. */
const logDelay = 3000;

/**
 * Invokes a function in a container of its own.
 *
 * @param entrypoint program that is the runtime; undefined for the `bootstrap` of the code or of a layer
 */
export async function invokeFunction(
  test: InvocationCase,
  name: string,
  sandbox: Sandbox,
  entrypoint: string | undefined,
  run: Run,
): Promise<Outcome> {
  const connection = openConnection(runCommand(sandbox, servePurpose(test, name, entrypoint)));
  const { expectation } = test;
  const reasons: Reason[] = [];
  let hasAnswered = false;
  const invoke = async (event: unknown) =>
    parseAnswer(await connection.invoke(event, (test.settings.timeout + grace) * 1000));
  try {
    reasons.push(...(await judgeAnswers(expectation.exchanges, invoke)));
    reasons.push(...(await awaitLog(expectation.log, connection)));
    hasAnswered = true;
  } catch (error) {
    reasons.push(describeError(error));
    // A container that hangs does not end with its connection.
    await killContainer(name, sandbox, run);
  }
  const exitCode = await connection.close();
  if (!hasAnswered) reasons.push(`docker exited with ${exitCode}`);
  // Only a log that has ended tells what is not in it.
  reasons.push(...findUnwanted(expectation.notInLog, connection.log()));
  return { reasons, log: connection.log() };
}

async function awaitLog(wanted: readonly LogText[], { log }: Connection): Promise<readonly string[]> {
  const end = performance.now() + logDelay;
  while (findMissing(wanted, log()).length > 0 && performance.now() < end) await sleep(20);
  return findMissing(wanted, log());
}

/** The container that serves a function. */
export function servePurpose(
  { task, handler, settings }: Pick<InvocationCase, 'task' | 'handler' | 'settings'>,
  name: string,
  entrypoint: string | undefined,
): Purpose {
  return {
    name,
    task,
    settings: { ...settings, environment: { ...settings.environment, _HANDLER: handler } },
    command: [...serveCommand, ...(entrypoint === undefined ? [] : [entrypoint])],
    input: 'connection',
  };
}
