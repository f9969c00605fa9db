import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { settings } from '../../../tests/fixtures/cases.ts';
import { findCases } from '../src/cases/find.ts';

const layers = 'tests/layers';
const sets = readdirSync(layers).map((set) => join(layers, set));

test('reads every case of the layers', async () => {
  const cases = await findCases(sets, undefined, settings);
  expect(cases.length).toBeGreaterThan(80);
});

const schemas = new Ajv2020({ strictTypes: false, strictRequired: false });
for (const name of ['options', 'expected']) {
  schemas.addSchema(JSON.parse(readFileSync(`actions/test-layer/schemas/${name}.schema.json`, 'utf8')));
}

const files = readdirSync(layers, { recursive: true, encoding: 'utf8' });
const validatedFiles = files
  .filter((file) => /(^|\/)(expected|options)\.json$|\.options\.json$/.test(file))
  .sort();

test.each(validatedFiles)('%s conforms to its schema', (file) => {
  const kind = file.endsWith('expected.json') ? 'expected' : 'options';
  const validate = schemas.getSchema(`${kind}.schema.json`);
  validate?.(JSON.parse(readFileSync(join(layers, file), 'utf8')));
  expect(validate?.errors).toBeNull();
});

test('finds every case that tests/README.md names', async () => {
  const cases = await findCases(sets, undefined, settings);
  const known = new Set(cases.map(({ name }) => name));
  const text = readFileSync('tests/README.md', 'utf8');
  const named = [...text.matchAll(/`(\w+\/(?:scripts|invocations)\/[\w.-]+)`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
