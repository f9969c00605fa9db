import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readHashComments, readMessages, toText } from '../../../../tools/check-language/prose.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const source = `import { text } from './a module of four words.ts';
const path = 'output/php-82.zip';
throw new Error(
  \`Input "x" must be \${rule}, which is
a rule of two lines.\`,
);
test('rejects a zip without entries', () => {});
`;

test('reads messages and test names with the line numbers of the source', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'source.ts');
  await writeFile(path, source);
  expect(readMessages(path)).toEqual([
    { line: 1, text: './a module of four words.ts' },
    { line: 4, text: 'Input "x" must be X, which is\na rule of two lines.' },
    { line: 7, text: 'rejects a zip without entries' },
  ]);
});

test('reads the comments of a Dockerfile, but not a shebang', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'Dockerfile');
  await writeFile(path, '#!/bin/sh\n# Installs the\n# packages.\nRUN echo "# x"\n    # Indented.\n');
  expect(readHashComments(path)).toEqual([
    { line: 2, text: 'Installs the\npackages.' },
    { line: 5, text: 'Indented.' },
  ]);
});

test('turns each passage into a paragraph and keeps its source lines', () => {
  const passages = [
    { line: 4, text: 'two\nlines' },
    { line: 9, text: 'one' },
  ];
  expect(toText(passages)).toEqual({ text: 'two\nlines\n\none\n', sourceLines: [4, 5, 6, 9, 10] });
});
