import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Form {
  readonly name?: string;
  readonly description?: string;
  readonly body?: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes?: { readonly label?: string; readonly options?: readonly string[] };
  }[];
}

/** Lists violations of https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
function findFaults({ name, description, body = [] }: Form): readonly string[] {
  const ids = body.map(({ id }) => id);
  const faults = body.flatMap(({ type, id, attributes = {} }, index) => [
    ...(['textarea', 'input', 'dropdown'].includes(type) ? [] : [`type ${type}`]),
    ...(/^[\w-]+$/.test(id ?? '') && ids.indexOf(id) === index ? [] : [`id ${id}`]),
    ...(attributes.label ? [] : [`no label of ${id}`]),
    ...(type !== 'dropdown' || new Set(attributes.options).size > 1 ? [] : [`options of ${id}`]),
  ]);
  return [
    ...(name && description && body.length > 0 ? [] : ['name, description or body is missing']),
    ...faults,
  ];
}

const forms = globSync('.github/ISSUE_TEMPLATE/*.yml').filter((path) => !path.endsWith('config.yml'));

test('there are issue forms and a template for pull requests', () => {
  expect(forms.length).toBeGreaterThan(1);
  expect(readFileSync('.github/pull_request_template.md', 'utf8')).not.toBe('');
});

test.each(forms)('%s follows the rules of GitHub', (path) => {
  expect(findFaults(parse(readFileSync(path, 'utf8')))).toEqual([]);
});

test('the template for pull requests names only commands that exist', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const template = readFileSync('.github/pull_request_template.md', 'utf8');
  const names = [...template.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script ?? '');
  expect(names).not.toEqual([]);
  expect(names.filter((script) => !(script in scripts))).toEqual([]);
});

const valid = { name: 'n', description: 'd', body: [{ type: 'input', id: 'a', attributes: { label: 'A' } }] };

test.each([
  ['no description', { ...valid, description: '' }],
  ['no field', { ...valid, body: [] }],
  ['an unknown type', { ...valid, body: [{ ...valid.body[0], type: 'text' }] }],
  ['an id twice', { ...valid, body: [...valid.body, ...valid.body] }],
  ['a field without a label', { ...valid, body: [{ type: 'input', id: 'a' }] }],
  ['a dropdown without options', { ...valid, body: [{ ...valid.body[0], type: 'dropdown' }] }],
])('a form with %s is refused', (_fault, form) => {
  expect(findFaults(valid)).toEqual([]);
  expect(findFaults(form as Form)).not.toEqual([]);
});
