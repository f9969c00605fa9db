import { isRecord, isString } from '#lib/node/json.ts';
import { readSpecial, toPattern } from './compare.ts';
import type { LogText } from './log.ts';
import { refuseUnknownKeys } from './options.ts';

/** What an expected.json says, with the events it is about. */
export interface Expectation {
  /** In the order in which they are sent. */
  readonly exchanges: readonly Exchange[];
  /** What the function's log must contain. */
  readonly log: readonly LogText[];
  /** What it must not contain. */
  readonly notInLog: readonly LogText[];
}

/** One invocation, or several of the same. */
export interface Exchange {
  readonly event: unknown;
  /** How often it is sent. */
  readonly repeat: number;
  /** What is to be answered; absent where any answer will do. */
  readonly answer?: unknown;
  /** The error that is to be reported instead: an object with `errorType` and so on. */
  readonly error?: unknown;
  /** Seconds in which the answer must come. */
  readonly within?: number;
}

const exchangeKeys = ['event', 'answer', 'error', 'within', 'repeat'];
export const expectationKeys = ['answer', 'error', 'within', 'repeat', 'log', 'notInLog', 'events'];
/** More in one case would take minutes. */
const maximumRepeat = 10_000;

type Refuse = (rule: string) => never;

/**
 * Validates an expected.json.
 *
 * @param event the content of event.json; undefined where there is none
 * @param refuse throws an error with the rule that is broken
 */
export function parseExpectation(value: unknown, event: unknown, refuse: Refuse): Expectation {
  if (!isRecord(value)) return refuse('must be a JSON object');
  refuseUnknownKeys(value, expectationKeys, refuse);
  const log = parseLog(value, 'log', refuse);
  const notInLog = parseLog(value, 'notInLog', refuse);
  const exchanges = parseExchanges(value, event, refuse);
  const expectsAnswer = exchanges.some(({ within, ...rest }) => within !== undefined || isJudged(rest));
  if (log.length === 0 && notInLog.length === 0 && !expectsAnswer) {
    return refuse('expects nothing; it must have an "answer", an "error", a "log" or "within"');
  }
  return { exchanges, log, notInLog };
}

function isJudged(exchange: Partial<Exchange>): boolean {
  return 'answer' in exchange || 'error' in exchange;
}

function parseLog(value: Readonly<Record<string, unknown>>, key: string, refuse: Refuse): readonly LogText[] {
  const texts = value[key] ?? [];
  const isText = (text: unknown) => (isString(text) && text !== '') || readSpecial(text)?.key === '$matches';
  if (!Array.isArray(texts) || !texts.every(isText)) {
    return refuse(`must have a "${key}" that is a list of texts and {"$matches": "pattern"}`);
  }
  for (const text of texts) checkPatterns(text, refuse);
  return texts;
}

function parseExchanges(
  value: Readonly<Record<string, unknown>>,
  event: unknown,
  refuse: Refuse,
): readonly Exchange[] {
  const { events, log: _log, notInLog: _notInLog, $schema: _schema, ...single } = value;
  if (events === undefined) {
    if (event === undefined) return refuse('needs an event.json beside it, or the key "events"');
    return [parseExchange({ ...single, event }, refuse)];
  }
  if (event !== undefined || Object.keys(single).length > 0) {
    return refuse('must have either "events" or an event.json and "answer" or "error", not both');
  }
  if (!Array.isArray(events) || events.length === 0) return refuse('must have at least one of "events"');
  return events.map((exchange: unknown) => {
    const isExchange =
      isRecord(exchange) &&
      'event' in exchange &&
      Object.keys(exchange).every((key) => exchangeKeys.includes(key));
    if (!isExchange) return refuse('must have "events" of the form {"event": …, "answer": …}');
    return parseExchange(exchange, refuse);
  });
}

function parseExchange(value: Readonly<Record<string, unknown>>, refuse: Refuse): Exchange {
  const { event, within, repeat = 1, error } = value;
  if ('answer' in value && 'error' in value) {
    return refuse('must have either an "answer" or an "error", not both');
  }
  if ('error' in value && !isString(error) && !isRecord(error)) {
    return refuse('must have an "error" that is a type or an object with "errorType"');
  }
  if (within !== undefined && !(typeof within === 'number' && within > 0)) {
    return refuse('must have a "within" of more than 0 seconds');
  }
  const isCount = Number.isInteger(repeat) && Number(repeat) >= 1 && Number(repeat) <= maximumRepeat;
  if (!isCount) return refuse(`must have a "repeat" of 1 to ${maximumRepeat}`);
  checkPatterns(value.answer, refuse);
  checkPatterns(error, refuse);
  return {
    event,
    repeat: Number(repeat),
    ...('answer' in value && { answer: value.answer }),
    ...('error' in value && { error: isString(error) ? { errorType: error } : error }),
    ...(within !== undefined && { within: Number(within) }),
  };
}

function checkPatterns(value: unknown, refuse: Refuse): void {
  const found = readSpecial(value);
  if (found?.key === '$matches') {
    try {
      toPattern(String(found.value));
    } catch {
      refuse(`has the pattern ${JSON.stringify(found.value)}, which is not a regular expression`);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) checkPatterns(inner, refuse);
  }
}
