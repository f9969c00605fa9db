import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../tests/fixtures/temporary-folder.ts';
import { arnsPath, collectArns, writeArns } from '../../src/report/arns.ts';
import { createFailure, createResult } from '../result-fixture.ts';

test('writes a table of ARNs per layer', async () => {
  await using folder = await temporaryFolder();
  const arns = collectArns([
    createResult({}),
    createFailure(),
    createFailure({ layer: 'console' }),
    createResult({ region: 'us-west-1', outcome: 'unchanged' }),
    createResult({ region: 'us-west-2', outcome: 'would publish' }),
  ]);
  await writeArns(folder.path, arns);
  expect(await readFile(arnsPath(folder.path), 'utf8')).toBe(`### php-82

| Region    | ARN                                                    |
| --------- | ------------------------------------------------------ |
| eu-west-1 | \`arn:aws:lambda:eu-west-1:123456789012:layer:php-82:3\` |
| us-west-1 | \`arn:aws:lambda:us-west-1:123456789012:layer:php-82:3\` |

### console

Not published.
`);
});
