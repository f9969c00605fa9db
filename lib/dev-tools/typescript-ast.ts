import { readFileSync } from 'node:fs';
import { parseAst } from 'rolldown/parseAst';

/** A node of an ESTree syntax tree. */
export interface SyntaxNode {
  readonly type: string;
  /** Offsets in the source text. */
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** Yields every node of a TypeScript file, parents before children. */
export function* readSyntaxNodes(path: string): Generator<SyntaxNode> {
  yield* walk(parseAst(readFileSync(path, 'utf8'), { lang: 'ts' }, path) as unknown as SyntaxNode);
}

function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
