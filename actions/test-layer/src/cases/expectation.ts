import { isRecord, isString } from '#lib/node/json.ts';
import { readSpecialValue, toPattern } from './compare.ts';
import type { LogText } from './log.ts';
import { type Reject, rejectUnknownKeys } from './options.ts';

/** Content of an expected.json, with the events that it refers to. */
export interface Expectation {
  /** In the order in which the events are sent. */
  readonly exchanges: readonly Exchange[];
  /** Texts that the function's log must contain. */
  readonly log: readonly LogText[];
  /** Texts that the log must not contain. */
  readonly notInLog: readonly LogText[];
}

/** An event and its expected answer. */
export interface Exchange {
  readonly event: unknown;
  /** Number of times that the event is sent. */
  readonly repeat: number;
  /** Expected answer. Without it, any answer is accepted. */
  readonly answer?: unknown;
  /** Expected error instead of an answer: an object with `errorType` and so on. */
  readonly error?: unknown;
  /** Time limit for the answer, in seconds. */
  readonly within?: number;
}

const exchangeKeys = ['event', 'answer', 'error', 'within', 'repeat'];
const expectationKeys = ['answer', 'error', 'within', 'repeat', 'log', 'notInLog', 'events'];
/** More events would take minutes. */
const maximumRepeat = 10_000;

/**
 * Validates the content of an expected.json.
 *
 * @param event content of event.json; undefined if the file does not exist
 */
export function parseExpectation(value: unknown, event: unknown, reject: Reject): Expectation {
  if (!isRecord(value)) return reject('The content must be a JSON object.');
  rejectUnknownKeys(value, expectationKeys, reject);
  const log = parseLog(value, 'log', reject);
  const notInLog = parseLog(value, 'notInLog', reject);
  const exchanges = parseExchanges(value, event, reject);
  const isJudged = exchanges.some(
    (exchange) => exchange.within !== undefined || 'answer' in exchange || 'error' in exchange,
  );
  if (log.length === 0 && notInLog.length === 0 && !isJudged) {
    return reject('The case expects nothing. Add "answer", "error", "within", "log" or "notInLog".');
  }
  return { exchanges, log, notInLog };
}

function parseLog(value: Readonly<Record<string, unknown>>, key: string, reject: Reject): readonly LogText[] {
  const texts = value[key] ?? [];
  const isText = (text: unknown) =>
    (isString(text) && text !== '') || readSpecialValue(text)?.key === '$matches';
  if (!Array.isArray(texts) || !texts.every(isText)) {
    return reject(
      `"${key}" must be a list of texts and {"$matches": "pattern"}; got ${JSON.stringify(texts)}.`,
    );
  }
  for (const text of texts) checkPatterns(text, reject);
  return texts;
}

function parseExchanges(
  value: Readonly<Record<string, unknown>>,
  event: unknown,
  reject: Reject,
): readonly Exchange[] {
  const { events, log: _log, notInLog: _notInLog, $schema: _schema, ...single } = value;
  if (events === undefined) {
    if (event === undefined) return reject('There is no event. Add an event.json or the key "events".');
    return [parseExchange({ ...single, event }, reject)];
  }
  if (event !== undefined || Object.keys(single).length > 0) {
    return reject(
      'The key "events" cannot be combined with an event.json or with "answer", "error", "within" or "repeat".',
    );
  }
  if (!Array.isArray(events) || events.length === 0) {
    return reject('"events" must be a list with at least one event.');
  }
  return events.map((exchange: unknown) => {
    const isExchange =
      isRecord(exchange) &&
      'event' in exchange &&
      Object.keys(exchange).every((key) => exchangeKeys.includes(key));
    if (!isExchange) {
      return reject(
        `Each of "events" must have an "event" and may have ${exchangeKeys.slice(1).join(', ')}; ` +
          `got ${JSON.stringify(exchange)}.`,
      );
    }
    return parseExchange(exchange, reject);
  });
}

function parseExchange(value: Readonly<Record<string, unknown>>, reject: Reject): Exchange {
  const { event, within, repeat = 1, error } = value;
  if ('answer' in value && 'error' in value) {
    return reject('"answer" and "error" cannot be combined. Remove one of the two.');
  }
  if ('error' in value && !isString(error) && !isRecord(error)) {
    return reject(
      `"error" must be an error type or an object with "errorType"; got ${JSON.stringify(error)}.`,
    );
  }
  if (within !== undefined && !(typeof within === 'number' && within > 0)) {
    return reject(`"within" must be a number of seconds greater than 0; got ${JSON.stringify(within)}.`);
  }
  const isCount = Number.isInteger(repeat) && Number(repeat) >= 1 && Number(repeat) <= maximumRepeat;
  if (!isCount) {
    return reject(
      `"repeat" must be a whole number from 1 to ${maximumRepeat}; got ${JSON.stringify(repeat)}.`,
    );
  }
  checkPatterns(value.answer, reject);
  checkPatterns(error, reject);
  return {
    event,
    repeat: Number(repeat),
    ...('answer' in value && { answer: value.answer }),
    ...('error' in value && { error: isString(error) ? { errorType: error } : error }),
    ...(within !== undefined && { within: Number(within) }),
  };
}

function checkPatterns(value: unknown, reject: Reject): void {
  const special = readSpecialValue(value);
  if (special?.key === '$matches') {
    try {
      toPattern(String(special.value));
    } catch {
      reject(`"$matches" must be a regular expression; got ${JSON.stringify(special.value)}.`);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) checkPatterns(inner, reject);
  }
}
