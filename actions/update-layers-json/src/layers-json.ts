import { applyEdits, modify, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Versions } from '#lib/layer/published-versions.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A new number for a layer in a region. */
export interface Change {
  readonly layer: string;
  readonly region: string;
  /** Undefined if the file does not have the layer or the region yet. */
  readonly before: number | undefined;
  readonly after: number;
}

export interface MergeResult {
  readonly text: string;
  /** Changes in the order of `versions`. */
  readonly changes: readonly Change[];
}

/**
 * Writes layer versions into the text of a layers.json. Order, indent, other layers and regions, and the type of each
 * value (string or number) stay the same. New layers and regions come last.
 *
 * @param fileName name of the file in errors
 * @throws ActionError if the text does not have the form of a layers.json
 */
export function mergeVersions(text: string, versions: Versions, fileName: string): MergeResult {
  const current = readLayers(text, fileName);
  const changes = Object.entries(versions).flatMap(([layer, numbers]) =>
    Object.entries(numbers)
      .map(([region, after]) => ({ layer, region, before: current.numbers[layer]?.[region], after }))
      .filter(({ before, after }) => before !== after),
  );
  const style = { formattingOptions: readStyle(text) };
  let merged = text;
  for (const { layer, region, after } of changes) {
    const isString = current.areStrings[layer]?.[region] ?? current.usesStrings(layer);
    // Bref's file has an empty string for a layer without any version.
    const { objects } = readLayers(merged, fileName);
    if (!objects.has(layer)) merged = applyEdits(merged, modify(merged, [layer], {}, style));
    const value = isString ? String(after) : after;
    merged = applyEdits(merged, modify(merged, [layer, region], value, style));
  }
  return { text: merged, changes };
}

/** Returns the changes that lower a number. */
export function findLower(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ before, after }) => before !== undefined && after < before);
}

interface ParsedLayers {
  readonly numbers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly areStrings: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  /** Names of layers whose value is an object. */
  readonly objects: ReadonlySet<string>;
  /** Whether a new number of the layer is written as a string, like the first number of the layer or of the file. */
  usesStrings(layer: string): boolean;
}

function readLayers(text: string, fileName: string): ParsedLayers {
  const root = parseJson(text, fileName);
  const numbers: Record<string, Record<string, number>> = {};
  const areStrings: Record<string, Record<string, boolean>> = {};
  const objects = new Set<string>();
  for (const [layer, node] of readProperties(root, fileName, 'it')) {
    if (isEmptyString(node)) continue;
    objects.add(layer);
    numbers[layer] = {};
    areStrings[layer] = {};
    for (const [region, value] of readProperties(node, fileName, `"${layer}"`)) {
      if (isEmptyString(value)) continue;
      if (!/^[1-9]\d*$/.test(String(value.value))) {
        throw createFormatError(
          fileName,
          `"${layer}" has ${JSON.stringify(value.value)} for ${region}, which is not a layer version`,
        );
      }
      numbers[layer][region] = Number(value.value);
      areStrings[layer][region] = value.type === 'string';
    }
  }
  const all = Object.values(areStrings).flatMap((regions) => Object.values(regions));
  const usesStrings = (layer: string) => Object.values(areStrings[layer] ?? {})[0] ?? all[0] ?? false;
  return { numbers, areStrings, objects, usesStrings };
}

function parseJson(text: string, fileName: string): Node {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (root !== undefined && error === undefined) return root;
  const detail =
    error === undefined ? '' : ` (${printParseErrorCode(error.error)} in line ${lineOf(text, error.offset)})`;
  throw createFormatError(fileName, `it is not JSON${detail}`);
}

/** Returns names and values of an object. Refuses a repeated name, because JSON does not define which value counts. */
function readProperties(node: Node, fileName: string, subject: string): readonly (readonly [string, Node])[] {
  if (node.type !== 'object') throw createFormatError(fileName, `${subject} is not an object`);
  const seen = new Set<string>();
  return (node.children ?? []).map(({ children: [key, value] = [] }) => {
    const name = String(key?.value);
    if (seen.has(name)) throw createFormatError(fileName, `${subject} has "${name}" twice`);
    seen.add(name);
    if (value === undefined) throw createFormatError(fileName, `"${name}" has no value`);
    return [name, value] as const;
  });
}

function isEmptyString(node: Node): boolean {
  return node.type === 'string' && node.value === '';
}

function createFormatError(fileName: string, reason: string): ActionError {
  return new ActionError(
    `Cannot update ${fileName} because ${reason}. The file must have the form {"<layer>": {"<region>": <number>}}. ` +
      'Fix it there, then run this job again.',
  );
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Detects indent and line ends. If the text has no indent, it is four spaces, as in Bref's file. */
function readStyle(text: string): { tabSize: number; insertSpaces: boolean; eol: string } {
  const [, indent = '    '] = /^([ \t]+)\S/m.exec(text) ?? [];
  return {
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    insertSpaces: !indent.startsWith('\t'),
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
