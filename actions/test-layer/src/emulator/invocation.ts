import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '#lib/node/command.ts';
import { describeError } from '#lib/node/errors.ts';
import { removeContainer } from '#lib/sandbox/cleanup.ts';
import type { Connection } from '#lib/sandbox/connection.ts';
import type { Sandbox } from '#lib/sandbox/container.ts';
import { startFunction } from '#lib/sandbox/function.ts';
import type { InvocationCase } from '../cases/case.ts';
import { judgeAnswers, parseAnswer } from '../cases/judge.ts';
import { findForbidden, findMissing, type LogText } from '../cases/log.ts';
import type { Outcome, Reason } from '../target.ts';

/** Additional time for an answer: the container starts, and the emulator takes 2 s to reset a function. */
const graceSeconds = 20;
/** Longest time between an answer and a log line, which use different pipes. */
const logDelayMs = 3000;

/** Invokes a case's function in a separate container and judges its answers and log. */
export async function runInvocation(
  test: InvocationCase,
  container: string,
  sandbox: Sandbox,
  run: Run,
): Promise<Outcome> {
  const { task, handler, settings, expectation } = test;
  const connection = startFunction(sandbox, { container, task, handler, settings });
  const reasons: Reason[] = [];
  let hasAnswered = false;
  const invoke = async (event: unknown) =>
    parseAnswer(await connection.invoke(event, (settings.timeout + graceSeconds) * 1000));
  try {
    reasons.push(...(await judgeAnswers(expectation.exchanges, invoke)));
    reasons.push(...(await waitForLog(expectation.log, connection)));
    hasAnswered = true;
  } catch (error) {
    reasons.push(describeError(error));
    // A container that hangs does not end with its connection.
    await removeContainer(container, sandbox, run);
  }
  const exitCode = await connection.close();
  if (!hasAnswered) reasons.push(`docker exited with ${exitCode}`);
  // Only the complete log shows that a text does not occur.
  reasons.push(...findForbidden(expectation.notInLog, connection.log()));
  return { reasons, log: connection.log() };
}

async function waitForLog(expected: readonly LogText[], { log }: Connection): Promise<readonly string[]> {
  const end = performance.now() + logDelayMs;
  while (findMissing(expected, log()).length > 0 && performance.now() < end) await sleep(20);
  return findMissing(expected, log());
}
