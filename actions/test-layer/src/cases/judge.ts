import { isRecord, isString } from '#lib/node/json.ts';
import { compare, type Difference } from './compare.ts';
import type { Exchange } from './expectation.ts';

/** Sends one event. Throws an ActionError if there is no answer. */
export type Invoke = (event: unknown) => Promise<Answer>;

export interface Answer {
  /** Parsed JSON, or the text if it is not JSON. Undefined for an empty answer. */
  readonly value: unknown;
  /** Whether Lambda marks the answer as an error; undefined if the target has no such mark. */
  readonly isError: boolean | undefined;
}

/**
 * Parses an answer of the emulator or of Lambda. The emulator answers with plain text after a timeout, and with an empty
 * answer if the function did not start. It has no mark that separates a reported error from an answer that looks like one.
 */
export function parseAnswer(text: string): Answer {
  if (text === '') return { value: undefined, isError: true };
  try {
    return { value: JSON.parse(text), isError: undefined };
  } catch {
    return { value: text, isError: undefined };
  }
}

/** Sends events one after the other and compares the answers with the expectations. */
export async function judgeAnswers(
  exchanges: readonly Exchange[],
  invoke: Invoke,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const [index, exchange] of exchanges.entries()) {
    const prefix = exchanges.length === 1 ? '' : `events[${index}].`;
    differences.push(...(await judgeExchange(exchange, prefix, invoke)));
  }
  return differences;
}

/** Sends an event as often as required, up to the first answer that differs. */
async function judgeExchange(
  exchange: Exchange,
  prefix: string,
  invoke: Invoke,
): Promise<readonly Difference[]> {
  for (let attempt = 1; attempt <= exchange.repeat; attempt += 1) {
    const started = performance.now();
    const answer = await invoke(exchange.event);
    const seconds = (performance.now() - started) / 1000;
    const differences = judgeAnswer(exchange, answer, seconds);
    if (differences.length === 0) continue;
    const place = exchange.repeat === 1 ? prefix : `${prefix}(${attempt} of ${exchange.repeat}) `;
    return differences.map(({ path, ...difference }) => ({ path: `${place}${path}`, ...difference }));
  }
  return [];
}

function judgeAnswer(exchange: Exchange, { value, isError }: Answer, seconds: number): readonly Difference[] {
  const got = normalizeTimeout(value);
  const differences: Difference[] = [];
  if ('error' in exchange) {
    if (isError === false) {
      differences.push({ path: 'error', rule: 'an error', expected: exchange.error, got });
    } else {
      differences.push(...compare(exchange.error, got, 'error'));
    }
  }
  if ('answer' in exchange) differences.push(...compare(exchange.answer, got, 'answer'));
  const { within } = exchange;
  if (within !== undefined && seconds > within) {
    differences.push({
      path: 'answer time in seconds',
      rule: `at most ${within}`,
      expected: within,
      got: Number(seconds.toFixed(3)),
    });
  }
  return differences;
}

const timeoutMessage = /Task timed out after [\d.]+ seconds$/;

/** Converts the different timeout messages of Lambda and its emulator to one error. */
function normalizeTimeout(value: unknown): unknown {
  const message = isRecord(value) ? value.errorMessage : value;
  const [text] = (isString(message) && timeoutMessage.exec(message)) || [];
  return text === undefined ? value : { errorType: 'Sandbox.Timedout', errorMessage: text };
}
