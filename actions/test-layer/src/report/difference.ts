import { structuredPatch } from 'diff';
import { isString } from '#lib/node/json.ts';
import type { Reason } from '../target.ts';

/** Characters of a value that fit into one line of a message. */
const lineLength = 100;
/** Characters before the first one that differs, and in all, that are shown of a long line. */
const before = 30;
/** Lines that are shown of a comparison line by line. */
const shownLines = 40;
/** Lines around a difference. */
const context = 2;
/** Lines that differ, above which a comparison would take long and show nothing. */
const maxEditLength = 2000;

/**
 * A reason for people: what is expected and what was found, in one line where it is short, else line by line as
 * `diff -u` shows it.
 */
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
    ? `${path}: ${comparePlaces(wanted, found)}`
    : `${path}: - expected, + got\n${lines}`;
}

/** Two strings, or two objects as indented JSON; undefined where the two are of different kinds. */
function toTexts(expected: unknown, got: unknown): readonly [string, string] | undefined {
  if (isString(expected) && isString(got)) return [expected, got];
  const areObjects = [expected, got].every((value) => typeof value === 'object' && value !== null);
  return areObjects ? [JSON.stringify(expected, null, 2), JSON.stringify(got, null, 2)] : undefined;
}

/** Undefined where too much differs. */
function compareLines(wanted: string, found: string): string | undefined {
  const patch = structuredPatch('', '', wanted, found, '', '', { context, maxEditLength });
  const lines = patch?.hunks.flatMap(({ oldStart, newStart, lines }) => [
    `@@ line ${oldStart} of what is expected, ${newStart} of what was got`,
    ...lines.map((line) => cut(line, 2 * lineLength)),
  ]);
  if (lines === undefined) return undefined;
  const omitted = lines.length - shownLines;
  return [...lines.slice(0, shownLines), ...(omitted > 0 ? [`(${omitted} lines left out)`] : [])].join('\n');
}

/** Where two long lines begin to differ. */
function comparePlaces(wanted: string, found: string): string {
  let place = 0;
  while (place < wanted.length && wanted[place] === found[place]) place += 1;
  const around = (text: string) => {
    const start = Math.max(0, place - before);
    return `${start > 0 ? '…' : ''}${cut(text.slice(start), lineLength)}`;
  };
  const where = place > before ? `, from character ${place} on` : '';
  return `expected (${wanted.length} characters) and got (${found.length}) differ${where}\n- ${around(wanted)}\n+ ${around(found)}`;
}

function abbreviate(value: unknown): string {
  return cut(show(value), 10 * lineLength);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** At most so many characters of a text, and how many there are. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}… (${text.length} characters)` : text;
}
