import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readHashComments, readMessages, toText } from '../../../../tools/check-language/prose.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

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
  expect([...readMessages(path)]).toEqual([
    [1, './a module of four words.ts.'],
    [4, 'Input "x" must be X, which is'],
    [5, 'a rule of two lines.'],
    [7, 'rejects a zip without entries.'],
  ]);
});

test('reads the comments of a Dockerfile, and not its first line for the shell', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'Dockerfile');
  await writeFile(path, '#!/bin/sh\n# Installs the packages.\nRUN echo "# x"\n    # Indented.\n');
  expect(toText(readHashComments(path))).toBe('\nInstalls the packages.\n\nIndented.');
});
