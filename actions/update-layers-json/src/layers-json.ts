import { applyEdits, modify, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Versions } from '#lib/layer/published-versions.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A number that is to be another one. `before` is undefined for what the file does not have yet. */
export interface Change {
  readonly layer: string;
  readonly region: string;
  readonly before: number | undefined;
  readonly after: number;
}

export interface Merged {
  readonly text: string;
  /** In the order of `versions`. */
  readonly changes: readonly Change[];
}

/**
 * The text of a layers.json with the versions written into it, and nothing else of it touched: order, indent, other
 * layers and regions, and the kind of value (text or number) stay. What is new comes last.
 *
 * @param path what the file is called in errors
 * @throws ActionError where the text is no layers.json
 */
export function mergeVersions(text: string, versions: Versions, path: string): Merged {
  const present = readLayers(text, path);
  const changes = Object.entries(versions).flatMap(([layer, numbers]) =>
    Object.entries(numbers)
      .map(([region, after]) => ({ layer, region, before: present.numbers[layer]?.[region], after }))
      .filter(({ before, after }) => before !== after),
  );
  const style = { formattingOptions: readStyle(text) };
  let merged = text;
  for (const { layer, region, after } of changes) {
    const asText = present.areTexts[layer]?.[region] ?? present.kindOf(layer);
    // A layer that had no version anywhere is an empty text in Bref's file.
    const current = readLayers(merged, path);
    if (!current.objects.has(layer)) merged = applyEdits(merged, modify(merged, [layer], {}, style));
    const value = asText ? String(after) : after;
    merged = applyEdits(merged, modify(merged, [layer, region], value, style));
  }
  return { text: merged, changes };
}

/** Those that would take a number back. */
export function findLower(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ before, after }) => before !== undefined && after < before);
}

interface Layers {
  readonly numbers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly areTexts: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  /** Names of layers whose value is an object. */
  readonly objects: ReadonlySet<string>;
  /** Whether a new number of the layer is to be a text: as its first one, else as the file's first one. */
  kindOf(layer: string): boolean;
}

function readLayers(text: string, path: string): Layers {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    const what =
      error === undefined
        ? ''
        : ` (${printParseErrorCode(error.error)} in line ${lineOf(text, error.offset)})`;
    throw refuse(path, `it is not JSON${what}`);
  }
  const numbers: Record<string, Record<string, number>> = {};
  const areTexts: Record<string, Record<string, boolean>> = {};
  const objects = new Set<string>();
  for (const [layer, node] of properties(root, path, 'it')) {
    if (isEmptyText(node)) continue;
    objects.add(layer);
    numbers[layer] = {};
    areTexts[layer] = {};
    for (const [region, value] of properties(node, path, `"${layer}"`)) {
      if (isEmptyText(value)) continue;
      if (!/^[1-9]\d*$/.test(String(value.value))) {
        throw refuse(
          path,
          `"${layer}" has ${JSON.stringify(value.value)} for ${region}, which is no version`,
        );
      }
      numbers[layer][region] = Number(value.value);
      areTexts[layer][region] = value.type === 'string';
    }
  }
  const kinds = Object.values(areTexts).flatMap((regions) => Object.values(regions));
  const kindOf = (layer: string) => Object.values(areTexts[layer] ?? {})[0] ?? kinds[0] ?? false;
  return { numbers, areTexts, objects, kindOf };
}

/** Names and values of an object, each name once: which of two would count is left to whoever reads the file. */
function properties(node: Node, path: string, what: string): readonly (readonly [string, Node])[] {
  if (node.type !== 'object') throw refuse(path, `${what} is not an object`);
  const seen = new Set<string>();
  return (node.children ?? []).map(({ children: [key, value] = [] }) => {
    const name = String(key?.value);
    if (seen.has(name)) throw refuse(path, `${what} has "${name}" twice`);
    seen.add(name);
    if (value === undefined) throw refuse(path, `"${name}" has no value`);
    return [name, value] as const;
  });
}

function isEmptyText(node: Node): boolean {
  return node.type === 'string' && node.value === '';
}

function refuse(path: string, why: string): ActionError {
  return new ActionError(
    `${path} cannot be updated: ${why}. It must be {"<layer>": {"<region>": <number>}}; mend it there, then run this job again.`,
  );
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Indent and line ends as the file has them; four blanks where it shows none, as Bref's file has. */
function readStyle(text: string): { tabSize: number; insertSpaces: boolean; eol: string } {
  const [, indent = '    '] = /^([ \t]+)\S/m.exec(text) ?? [];
  return {
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    insertSpaces: !indent.startsWith('\t'),
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
