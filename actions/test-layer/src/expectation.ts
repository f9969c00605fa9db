import { ActionError } from '../../shared/errors.ts';

/** What an expected.json says, with the events it is about. */
export interface Expectation {
  /** Environment variables of the function, on top of Lambda's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds that one invocation may take, the first one's init included. */
  readonly timeout: number;
  /** In the order in which they are sent. */
  readonly exchanges: readonly Exchange[];
  /** Texts that the container's log must contain. */
  readonly log: readonly string[];
}

/** One invocation. */
interface Exchange {
  readonly event: unknown;
  /** Absent where any answer will do. */
  readonly answer?: unknown;
}

/** One place in which an answer is not what it should be. */
export interface Difference {
  /** Such as `answer.headers["content-type"]`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

const keys = ['environment', 'timeout', 'answer', 'log', 'events'];
const defaultTimeout = 30;
/** Lambda's own limit: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maximumTimeout = 900;

/**
 * Validates an expected.json.
 *
 * @param event the content of event.json; undefined where there is none
 * @param file named in errors
 */
export function parseExpectation(value: unknown, event: unknown, file: string): Expectation {
  const refuse = (rule: string): never => {
    throw new ActionError(`"${file}" ${rule}.`);
  };
  if (!isObject(value)) return refuse('must be a JSON object');
  for (const key of Object.keys(value)) {
    if (!keys.includes(key))
      refuse(`has the unknown key ${JSON.stringify(key)}; known are ${keys.join(', ')}`);
  }
  const { environment = {}, timeout = defaultTimeout, log = [] } = value;
  if (!isObject(environment) || !Object.values(environment).every(isString)) {
    return refuse('must have an "environment" of names and strings');
  }
  if (typeof timeout !== 'number' || !Number.isInteger(timeout) || timeout < 1 || timeout > maximumTimeout) {
    return refuse(`must have a "timeout" of 1 to ${maximumTimeout} whole seconds`);
  }
  if (!Array.isArray(log) || !log.every(isString))
    return refuse('must have a "log" that is a list of strings');
  const exchanges = parseExchanges(value, event, refuse);
  if (log.length === 0 && !exchanges.some((exchange) => 'answer' in exchange)) {
    return refuse('expects nothing; it must have an "answer" or a "log"');
  }
  for (const { answer } of exchanges) checkPatterns(answer, refuse);
  return { environment: environment as Record<string, string>, timeout, exchanges, log };
}

function parseExchanges(
  value: Readonly<Record<string, unknown>>,
  event: unknown,
  refuse: (rule: string) => never,
): readonly Exchange[] {
  const { events } = value;
  if (events === undefined) {
    if (event === undefined) return refuse('needs an event.json beside it, or the key "events"');
    return ['answer' in value ? { event, answer: value.answer } : { event }];
  }
  if (event !== undefined || 'answer' in value) {
    return refuse('must have either "events" or an event.json and "answer", not both');
  }
  if (!Array.isArray(events) || events.length === 0) return refuse('must have at least one of "events"');
  return events.map((exchange: unknown) => {
    const isExchange =
      isObject(exchange) &&
      'event' in exchange &&
      Object.keys(exchange).every((key) => key === 'event' || key === 'answer');
    if (!isExchange) return refuse('must have "events" of the form {"event": …, "answer": …}');
    return 'answer' in exchange
      ? { event: exchange.event, answer: exchange.answer }
      : { event: exchange.event };
  });
}

function checkPatterns(value: unknown, refuse: (rule: string) => never): void {
  const pattern = patternOf(value);
  if (pattern !== undefined) {
    try {
      new RegExp(pattern, 'su');
    } catch {
      refuse(`has the pattern ${JSON.stringify(pattern)}, which is not a regular expression`);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) checkPatterns(inner, refuse);
  }
}

/**
 * Where `got` differs from what is expected: scalars must be equal, lists equal in length and item by item, objects
 * must have the expected keys and may have others. `{"$matches": "…"}` stands for any string in which that regular
 * expression (flags `su`) finds something.
 */
export function compare(expected: unknown, got: unknown, path: string): readonly Difference[] {
  const pattern = patternOf(expected);
  if (pattern !== undefined) {
    if (typeof got === 'string' && new RegExp(pattern, 'su').test(got)) return [];
    return [{ path, expected: `a string that matches /${pattern}/`, got: show(got) }];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) {
      return [{ path, expected: show(expected), got: show(got) }];
    }
    return expected.flatMap((item, index) => compare(item, got[index], `${path}[${index}]`));
  }
  if (isObject(expected)) {
    if (!isObject(got)) return [{ path, expected: show(expected), got: show(got) }];
    return Object.entries(expected).flatMap(([key, value]) =>
      compare(value, Object.hasOwn(got, key) ? got[key] : undefined, `${path}${toAccess(key)}`),
    );
  }
  return expected === got ? [] : [{ path, expected: show(expected), got: show(got) }];
}

/** The log's missing lines, as differences. */
export function compareLog(expected: readonly string[], log: string): readonly Difference[] {
  return expected
    .filter((text) => !log.includes(text))
    .map((text) => ({ path: 'log', expected: `${show(text)} in it`, got: 'no such text' }));
}

function patternOf(value: unknown): string | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1) return undefined;
  return typeof value.$matches === 'string' ? value.$matches : undefined;
}

function toAccess(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** Answers may have 6 MB; what is shown of one is for reading. */
function show(value: unknown): string {
  const json = value === undefined ? 'nothing' : JSON.stringify(value);
  return json.length > 2000 ? `${json.slice(0, 2000)}… (${json.length} characters)` : json;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
