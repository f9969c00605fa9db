import { isRecord, isString } from '#lib/node/json.ts';
import { compare, type Difference } from './compare.ts';
import type { Exchange } from './expectation.ts';

/** Sends one event. Throws an ActionError where there is no answer at all. */
export type Invoke = (event: unknown) => Promise<Answer>;

export interface Answer {
  /** Parsed JSON, or text that is none; undefined for nothing. */
  readonly value: unknown;
  /** Whether Lambda calls it an error; undefined where the target does not tell. */
  readonly isError: boolean | undefined;
}

/**
 * An answer as it was sent. The emulator answers in plain text for a function that timed out, and with nothing for one
 * that did not start; it does not tell a reported error from an answer that looks like one.
 */
export function parseAnswer(text: string): Answer {
  if (text === '') return { value: undefined, isError: true };
  try {
    return { value: JSON.parse(text), isError: undefined };
  } catch {
    return { value: text, isError: undefined };
  }
}

/** Sends events one after the other and compares what is answered. */
export async function judgeAnswers(
  exchanges: readonly Exchange[],
  invoke: Invoke,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const [index, exchange] of exchanges.entries()) {
    const place = exchanges.length === 1 ? '' : `events[${index}].`;
    differences.push(...(await judgeExchange(exchange, place, invoke)));
  }
  return differences;
}

/** Of repeated events, the first that fails is enough. */
async function judgeExchange(
  exchange: Exchange,
  place: string,
  invoke: Invoke,
): Promise<readonly Difference[]> {
  for (let time = 1; time <= exchange.repeat; time += 1) {
    const started = performance.now();
    const answer = await invoke(exchange.event);
    const seconds = (performance.now() - started) / 1000;
    const differences = judgeAnswer(exchange, answer, seconds);
    if (differences.length === 0) continue;
    const prefix = exchange.repeat === 1 ? place : `${place}(${time} of ${exchange.repeat}) `;
    return differences.map(({ path, ...difference }) => ({ path: `${prefix}${path}`, ...difference }));
  }
  return [];
}

function judgeAnswer(exchange: Exchange, { value, isError }: Answer, seconds: number): readonly Difference[] {
  const got = nameTimeout(value);
  const differences: Difference[] = [];
  if ('error' in exchange) {
    if (isError === false)
      differences.push({ path: 'error', rule: 'an error', expected: exchange.error, got });
    else differences.push(...compare(exchange.error, got, 'error'));
  }
  if ('answer' in exchange) differences.push(...compare(exchange.answer, got, 'answer'));
  if (exchange.within !== undefined && seconds > exchange.within) {
    const rule = `one within ${exchange.within} s`;
    differences.push({ path: 'answer', rule, expected: undefined, got: `one after ${seconds.toFixed(1)} s` });
  }
  return differences;
}

const timedOut = /Task timed out after [\d.]+ seconds$/;

/** Lambda and its emulator word a timeout differently; here it is one error. */
function nameTimeout(value: unknown): unknown {
  const message = isRecord(value) ? value.errorMessage : value;
  const [text] = (isString(message) && timedOut.exec(message)) || [];
  return text === undefined ? value : { errorType: 'Sandbox.Timedout', errorMessage: text };
}
