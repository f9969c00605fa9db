import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import type { InvocationCase, ScriptCase } from '../cases/case.ts';
import { judgeAnswers, parseAnswer } from '../cases/judge.ts';
import { findMissing, findUnwanted } from '../cases/log.ts';
import type { Outcome } from '../target.ts';
import type { LambdaService } from './service.ts';

/** Seconds beyond a function's timeout in which its answer must be there. */
const grace = 30;
/** Bytes of a log that Lambda gives with an answer: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const tailSize = 4096;

/** Invokes a function with a case's events and compares. */
export async function judgeFunction(
  test: InvocationCase,
  name: string,
  service: LambdaService,
  signal: AbortSignal,
): Promise<Outcome> {
  let log = '';
  let isCut = false;
  const limit = (test.settings.timeout + grace) * 1000;
  const invoke = async (event: unknown) => {
    const invoked = await service.invoke(name, event, limit, signal);
    log += invoked.log;
    isCut ||= Buffer.byteLength(invoked.log) >= tailSize;
    return { ...parseAnswer(invoked.payload), isError: invoked.isError };
  };
  const { exchanges, log: wanted, notInLog } = test.expectation;
  const differences = await judgeAnswers(exchanges, invoke);
  // What is missing from the end of a log may be in its beginning.
  const missing = isCut ? [] : findMissing(wanted, log);
  return { reasons: [...differences, ...missing, ...findUnwanted(notInLog, log)], log };
}

/** Has a function of `lambda/run-script` run its script. */
export async function judgeScript(
  test: ScriptCase,
  name: string,
  service: LambdaService,
  signal: AbortSignal,
): Promise<Outcome> {
  const { timeout } = test.settings;
  const { payload, log } = await service.invoke(name, {}, (timeout + grace) * 1000, signal);
  const { value } = parseAnswer(payload);
  if (isRecord(value) && typeof value.exitCode === 'number') {
    return { reasons: value.exitCode === 0 ? [] : [`exit code ${value.exitCode}`], log };
  }
  if (/Task timed out after/.test(payload)) return { reasons: [`no end within ${timeout} s`], log };
  throw new ActionError(`the script's function answered ${payload}`);
}
