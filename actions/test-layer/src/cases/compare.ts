import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '#lib/node/json.ts';

/** A difference between an expected and an actual value. */
export interface Difference {
  /** Place of the value, such as `answer.headers["content-type"]`. */
  readonly path: string;
  /** The expectation in words if it is not a plain value, such as `a string that matches /^a/`. */
  readonly rule?: string;
  readonly expected: unknown;
  /** Undefined if there is no value. */
  readonly got: unknown;
}

/** Keys of special values, with a check of their content. A special value is an object whose only key is one of them. */
const specialKeys = {
  $matches: (value: unknown) => typeof value === 'string',
  $exactly: (value: unknown) => value !== undefined,
  $absent: (value: unknown) => value === true,
} as const;
type SpecialKey = keyof typeof specialKeys;

interface SpecialValue {
  readonly key: SpecialKey;
  readonly value: unknown;
}

/** Returns undefined if the value is not special. */
export function readSpecialValue(value: unknown): SpecialValue | undefined {
  if (!isRecord(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0 || !Object.hasOwn(specialKeys, key)) return undefined;
  const inner = value[key];
  return specialKeys[key as SpecialKey](inner) ? { key: key as SpecialKey, value: inner } : undefined;
}

/**
 * Compares an actual with an expected value. Scalars must be equal. Lists must have the same length and equal items.
 * Objects must have the expected keys and may have others. Special values: `{"$matches": "…"}` is any string in which the
 * regular expression (flags `su`) matches a part, `{"$exactly": …}` is that value without additional keys, and
 * `{"$absent": true}` is a missing key.
 */
export function compare(expected: unknown, got: unknown, path: string): readonly Difference[] {
  const special = readSpecialValue(expected);
  if (special !== undefined) return compareSpecialValue(special, got, path);
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) return [{ path, expected, got }];
    return expected.flatMap((item, index) => compare(item, got[index], `${path}[${index}]`));
  }
  if (isRecord(expected)) {
    if (!isRecord(got)) return [{ path, expected, got }];
    return Object.entries(expected).flatMap(([key, value]) =>
      compare(value, Object.hasOwn(got, key) ? got[key] : undefined, `${path}${toAccess(key)}`),
    );
  }
  return expected === got ? [] : [{ path, expected, got }];
}

function compareSpecialValue(
  { key, value }: SpecialValue,
  got: unknown,
  path: string,
): readonly Difference[] {
  switch (key) {
    case '$matches': {
      if (typeof got === 'string' && toPattern(String(value)).test(got)) return [];
      return [{ path, rule: `a string that matches /${value}/`, expected: value, got }];
    }
    case '$exactly':
      return isDeepStrictEqual(value, got) ? [] : [{ path, expected: value, got }];
    case '$absent':
      return got === undefined ? [] : [{ path, rule: 'nothing', expected: undefined, got }];
  }
}

/** @throws SyntaxError if the source is not a regular expression */
export function toPattern(source: string): RegExp {
  return new RegExp(source, 'su');
}

function toAccess(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
