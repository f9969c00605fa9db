import { expect, test } from 'vitest';
import { describeAction, replaceSection } from '../../../tools/update-readmes/tables.ts';

test('renders inputs and outputs as aligned tables', () => {
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

test('renders no table of outputs for an action without outputs', () => {
  expect(Object.keys(describeAction({ inputs: { a: { description: 'A.' } } }))).toEqual(['inputs']);
});

test('replaces a section between its markers and keeps the text around it', () => {
  const text = 'before\n<!-- inputs (npm run readmes) -->\nold\n<!-- /inputs -->\nafter\n';
  const replaced = 'before\n<!-- inputs (npm run readmes) -->\n\nnew\n\n<!-- /inputs -->\nafter\n';
  expect(replaceSection(text, 'inputs', 'new')).toBe(replaced);
  expect(replaceSection(replaced, 'inputs', 'new')).toBe(replaced);
});

test.each([
  'nothing',
  '<!-- inputs (npm run readmes) -->\n',
  '<!-- /inputs --><!-- inputs (npm run readmes) -->\n',
])('finds no section in %j', (text) => {
  expect(replaceSection(text, 'inputs', 'new')).toBeUndefined();
});
