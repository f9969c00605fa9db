import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import type { InvocationCase, ScriptCase } from '../cases/case.ts';
import { judgeAnswers, parseAnswer } from '../cases/judge.ts';
import { findForbidden, findMissing } from '../cases/log.ts';
import type { LambdaService } from '../lambda-service.ts';
import type { Outcome } from '../target.ts';

/** Time after a function's timeout in which its answer must arrive. */
const graceSeconds = 30;
/** Maximum size of the log that Invoke returns: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const tailBytes = 4096;

/** Invokes a function with a case's events and judges its answers and log. */
export async function judgeFunction(
  test: InvocationCase,
  name: string,
  service: LambdaService,
  signal: AbortSignal,
): Promise<Outcome> {
  let log = '';
  let isLogCut = false;
  const timeoutMs = (test.settings.timeout + graceSeconds) * 1000;
  const invoke = async (event: unknown) => {
    const invoked = await service.invoke(name, event, timeoutMs, signal);
    log += invoked.log;
    isLogCut ||= Buffer.byteLength(invoked.log) >= tailBytes;
    return { ...parseAnswer(invoked.payload), isError: invoked.isError };
  };
  const { exchanges, log: expectedLog, notInLog } = test.expectation;
  const differences = await judgeAnswers(exchanges, invoke);
  // A text that is missing in the last part of a log may be in the first part.
  const missing = isLogCut ? [] : findMissing(expectedLog, log);
  return { reasons: [...differences, ...missing, ...findForbidden(notInLog, log)], log };
}

/** Invokes a function whose `bootstrap` is lambda/run-script, and judges the exit code of its script. */
export async function judgeScript(
  test: ScriptCase,
  name: string,
  service: LambdaService,
  signal: AbortSignal,
): Promise<Outcome> {
  const { timeout } = test.settings;
  const { payload, log } = await service.invoke(name, {}, (timeout + graceSeconds) * 1000, signal);
  const { value } = parseAnswer(payload);
  if (isRecord(value) && typeof value.exitCode === 'number') {
    return { reasons: value.exitCode === 0 ? [] : [`exit code ${value.exitCode}`], log };
  }
  if (/Task timed out after/.test(payload)) return { reasons: [`timed out after ${timeout} s`], log };
  throw new ActionError(`The function of the script must answer with an exit code; got ${payload}.`);
}
