import { readFileSync, statSync } from 'node:fs';
import { readSyntaxNodes, type SyntaxNode } from '#lib/dev-tools/typescript-ast.ts';

/** A text that people read, and the line of the source on which it begins, counted from 1. */
export interface Passage {
  readonly line: number;
  readonly text: string;
}

/** Matches text with at least four words, so that identifiers, paths and patterns are not checked. */
const sentence = /^[^\n]*[\p{L}'’)"`]+[,:;]? \p{L}[\p{L}'’-]*[,:;]? \p{L}[\p{L}'’-]*[,:;]? [\p{L}"`(]/u;

/** Reads the messages, help texts and test names of a TypeScript file: its string literals that are sentences. */
export function readMessages(path: string): readonly Passage[] {
  const source = readFileSync(path, 'utf8');
  const passages: Passage[] = [];
  for (const node of readSyntaxNodes(path)) {
    const text = readText(node);
    if (text === undefined || !sentence.test(text)) continue;
    passages.push({ line: source.slice(0, node.start).split('\n').length, text });
  }
  return passages;
}

function readText(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral') return undefined;
  const parts = node.quasis as readonly { readonly value: { readonly cooked: string | null } }[];
  return parts.map(({ value }) => value.cooked ?? '').join('X');
}

/** Whether a file has comments that start with `#`, in a format that Vale does not know. */
export function hasHashComments(path: string): boolean {
  if (/(^|\/)(Dockerfile|Makefile)$/.test(path)) return true;
  const isScript = path.endsWith('.sh') || !/\.\w+$/.test(path);
  return isScript && statSync(path).isFile() && readFileSync(path, 'utf8').startsWith('#!');
}

/** Reads the comments of a Dockerfile, Makefile or shell script. Adjacent lines are one passage. */
export function readHashComments(path: string): readonly Passage[] {
  const passages: { line: number; text: string }[] = [];
  let isOpen = false;
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const [, comment] = /^\s*#+(?!!)@?\s?(.*)$/.exec(line) ?? /^[^\t#]+ ## (.*)$/.exec(line) ?? [];
    const last = passages.at(-1);
    if (comment !== undefined && isOpen && last !== undefined) last.text += `\n${comment}`;
    else if (comment !== undefined) passages.push({ line: index + 1, text: comment });
    isOpen = comment !== undefined;
  }
  return passages;
}

/** Joins passages to a text with one paragraph each. Also returns the source line of each line of the text. */
export function toText(passages: readonly Passage[]): {
  readonly text: string;
  readonly sourceLines: readonly number[];
} {
  const lines: string[] = [];
  const sourceLines: number[] = [];
  for (const { line, text } of passages) {
    for (const [offset, part] of [...text.split('\n'), ''].entries()) {
      lines.push(part);
      sourceLines.push(line + offset);
    }
  }
  return { text: lines.join('\n'), sourceLines };
}
