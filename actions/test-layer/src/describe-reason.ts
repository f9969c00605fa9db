import { structuredPatch } from 'diff';
import { isString } from '#lib/node/json.ts';
import type { Reason } from './target.ts';

/** Maximum total length of two values that are shown in one line, in characters. */
const lineLength = 100;
/** Number of characters shown before the first difference of two long lines. */
const leadingCharacters = 30;
/** Number of lines shown of a line-by-line comparison. */
const shownLines = 40;
/** Number of equal lines shown around a difference. */
const context = 2;
/** Number of different lines above which a comparison would take long and show nothing useful. */
const maxEditLength = 2000;

/** Describes why a case failed: short values in one line, long ones line by line as in `diff -u`. */
export function describeReason(reason: Reason): string {
  if (typeof reason === 'string') return reason;
  const { path, rule, expected, got } = reason;
  if (rule !== undefined) return `${path}: expected ${rule}, got ${abbreviate(got)}`;
  const texts = toTexts(expected, got);
  if (texts === undefined || show(expected).length + show(got).length <= lineLength) {
    return `${path}: expected ${abbreviate(expected)}, got ${abbreviate(got)}`;
  }
  const [wanted, found] = texts;
  const lines = wanted.includes('\n') && found.includes('\n') ? compareLines(wanted, found) : undefined;
  return lines === undefined
    ? `${path}: ${comparePositions(wanted, found)}`
    : `${path}: - expected, + got\n${lines}`;
}

/** Returns two strings, or two objects as indented JSON. Returns undefined for values of different kinds. */
function toTexts(expected: unknown, got: unknown): readonly [string, string] | undefined {
  if (isString(expected) && isString(got)) return [expected, got];
  const areObjects = [expected, got].every((value) => typeof value === 'object' && value !== null);
  return areObjects ? [JSON.stringify(expected, null, 2), JSON.stringify(got, null, 2)] : undefined;
}

/** Compares texts line by line. Returns undefined if too many lines differ. */
function compareLines(wanted: string, found: string): string | undefined {
  const patch = structuredPatch('', '', wanted, found, '', '', { context, maxEditLength });
  const lines = patch?.hunks.flatMap(({ oldStart, newStart, lines }) => [
    `@@ line ${oldStart} of the expected value, line ${newStart} of the actual value`,
    ...lines.map((line) => truncate(line, 2 * lineLength)),
  ]);
  if (lines === undefined) return undefined;
  const omitted = lines.length - shownLines;
  return [...lines.slice(0, shownLines), ...(omitted > 0 ? [`(${omitted} lines omitted)`] : [])].join('\n');
}

/** Shows two long lines from their first difference. */
function comparePositions(wanted: string, found: string): string {
  let position = 0;
  while (position < wanted.length && wanted[position] === found[position]) position += 1;
  const excerpt = (text: string) => {
    const start = Math.max(0, position - leadingCharacters);
    return `${start > 0 ? '…' : ''}${truncate(text.slice(start), lineLength)}`;
  };
  const from = position > leadingCharacters ? ` from character ${position}` : '';
  return (
    `expected ${wanted.length} characters, got ${found.length}; they differ${from}\n` +
    `- ${excerpt(wanted)}\n+ ${excerpt(found)}`
  );
}

function abbreviate(value: unknown): string {
  return truncate(show(value), 10 * lineLength);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** Cuts a text after `length` characters and appends its full length. */
export function truncate(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}… (${text.length} characters)` : text;
}
