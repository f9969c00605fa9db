import { readFileSync } from 'node:fs';
import { readSyntaxNodes, type SyntaxNode } from '#lib/dev-tools/typescript-ast.ts';

/** Text of a file by line number, counted from 1. */
export type Prose = ReadonlyMap<number, string>;

/** At least four words, so that identifiers, paths and patterns are left out. */
const sentence = /^[^\n]*[\p{L}'’)"`]+[,:;]? \p{L}[\p{L}'’-]*[,:;]? \p{L}[\p{L}'’-]*[,:;]? [\p{L}"`(]/u;

/** Messages, help texts and test names of a TypeScript file: its string literals that are sentences. */
export function readMessages(path: string): Prose {
  const source = readFileSync(path, 'utf8');
  const prose = new Map<number, string>();
  for (const node of readSyntaxNodes(path)) {
    const text = readText(node);
    if (text === undefined || !sentence.test(text)) continue;
    const first = lineOf(source, node.start);
    // Each line of the text keeps its own line number.
    for (const [offset, line] of endSentence(text).split('\n').entries()) {
      const before = prose.get(first + offset);
      prose.set(first + offset, before === undefined ? line : `${before} ${line}`);
    }
  }
  return prose;
}

/** Ends a test name or a label with a period, so that Vale does not join it with the next text. */
function endSentence(text: string): string {
  return /[.!?]\s*$/.test(text) ? text : `${text}.`;
}

function readText(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral') return undefined;
  const parts = node.quasis as readonly { readonly value: { readonly cooked: string | null } }[];
  return parts.map(({ value }) => value.cooked ?? '').join('X');
}

function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

/** Comments of a Dockerfile or shell script. */
export function readHashComments(path: string): Prose {
  const lines = readFileSync(path, 'utf8').split('\n');
  return new Map(
    lines.flatMap((line, index) => {
      const [, comment] = /^\s*#(?!!)\s?(.*)$/.exec(line) ?? [];
      return comment === undefined ? [] : [[index + 1, comment] as const];
    }),
  );
}

/** The prose as a text file whose lines have the numbers of the source. */
export function toText(prose: Prose): string {
  const last = Math.max(0, ...prose.keys());
  return Array.from({ length: last }, (_, index) => prose.get(index + 1) ?? '').join('\n');
}
