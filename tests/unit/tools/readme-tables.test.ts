import { expect, test } from 'vitest';
import { describeAction, replaceSection } from '../../../tools/update-readmes/tables.ts';

test('inputs and outputs become aligned tables', () => {
  const { inputs, outputs } = describeAction({
    inputs: {
      path: { description: 'A folder.', required: true },
      cpu: { description: '`x86` | `arm`,\n  or any.\n', default: 'x86' },
      waive: { description: 'Findings.', default: '' },
    },
    outputs: { zip: { description: 'Path of the zip.' } },
  });
  expect(inputs).toBe(
    [
      '| Input   | Default  | Meaning                 |',
      '| ------- | -------- | ----------------------- |',
      '| `path`  | required | A folder.               |',
      '| `cpu`   | `x86`    | `x86` \\| `arm`, or any. |',
      '| `waive` |          | Findings.               |',
    ].join('\n'),
  );
  expect(outputs).toBe(
    ['| Output | Meaning          |', '| ------ | ---------------- |', '| `zip`  | Path of the zip. |'].join(
      '\n',
    ),
  );
});

test('an action without outputs has no table of them', () => {
  expect(Object.keys(describeAction({ inputs: { a: { description: 'A.' } } }))).toEqual(['inputs']);
});

test('a section is replaced between its markers, and what is around it stays', () => {
  const text = 'before\n<!-- inputs (npm run readmes) -->\nold\n<!-- /inputs -->\nafter\n';
  const replaced = 'before\n<!-- inputs (npm run readmes) -->\n\nnew\n\n<!-- /inputs -->\nafter\n';
  expect(replaceSection(text, 'inputs', 'new')).toBe(replaced);
  expect(replaceSection(replaced, 'inputs', 'new')).toBe(replaced);
});

test.each([
  'nothing',
  '<!-- inputs (npm run readmes) -->\n',
  '<!-- /inputs --><!-- inputs (npm run readmes) -->\n',
])('%j has no such section', (text) => {
  expect(replaceSection(text, 'inputs', 'new')).toBeUndefined();
});
