import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '#lib/node/json.ts';

/** One place in which something is not what it should be. */
export interface Difference {
  /** Such as `answer.headers["content-type"]`. */
  readonly path: string;
  /** The rule in words where what is expected is no plain value, such as `a string that matches /^a/`. */
  readonly rule?: string;
  readonly expected: unknown;
  /** Undefined for nothing at all. */
  readonly got: unknown;
}

/** Objects of one key that stand for more than one value: the key, and what it may hold. */
const special = {
  $matches: (value: unknown) => typeof value === 'string',
  $exactly: (value: unknown) => value !== undefined,
  $absent: (value: unknown) => value === true,
} as const;
type SpecialKey = keyof typeof special;

/** The special value that an expected one is; undefined where it is a plain one. */
export function readSpecial(
  value: unknown,
): { readonly key: SpecialKey; readonly value: unknown } | undefined {
  if (!isRecord(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0 || !Object.hasOwn(special, key)) return undefined;
  const inner = value[key];
  return special[key as SpecialKey](inner) ? { key: key as SpecialKey, value: inner } : undefined;
}

/**
 * Where `got` differs from what is expected: scalars must be equal, lists equal in length and item by item, objects
 * must have the expected keys and may have others. Special values: `{"$matches": "…"}` stands for any string in which
 * that regular expression (flags `su`) finds something, `{"$exactly": …}` for that very value, without further keys,
 * and `{"$absent": true}` for a key that is not there.
 */
export function compare(expected: unknown, got: unknown, path: string): readonly Difference[] {
  const found = readSpecial(expected);
  if (found !== undefined) return compareSpecial(found, got, path);
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

function compareSpecial(
  { key, value }: { readonly key: SpecialKey; readonly value: unknown },
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

/** @throws SyntaxError where it is no regular expression */
export function toPattern(source: string): RegExp {
  return new RegExp(source, 'su');
}

function toAccess(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
