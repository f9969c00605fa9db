import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';
import { applyOptions, createReject, parseOptions } from '../../src/cases/options.ts';

const reject = createReject('a/options.json');
const matchesSchema = new Ajv2020().compile(
  JSON.parse(readFileSync('actions/test-layer/schemas/options.schema.json', 'utf8')),
);

test.each([
  ['no key', {}],
  [
    'all keys',
    {
      environment: { BREF_RUNTIME: 'fpm' },
      timeout: 900,
      memory: 128,
      temporarySpace: 10_240,
      cpuShare: true,
      handler: 'public/index.php',
      target: 'emulator',
      emulatedCpu: { timeout: 600, memory: 2048, skip: 'it measures seconds' },
    },
  ],
])('accepts options with %s, as the schema does', (_, value) => {
  expect(parseOptions(value, reject)).toEqual(value);
  expect(matchesSchema(value)).toBe(true);
});

test.each<[string, unknown, string]>([
  ['that are a list', [], 'The content must be a JSON object.'],
  [
    'with a misspelled key',
    { memroy: 1 },
    'The key "memroy" is unknown. Valid keys: environment, timeout, memory',
  ],
  [
    'with numbers as environment',
    { environment: { A: 1 } },
    '"environment" must be an object of strings; got {"A":1}.',
  ],
  ['with a list as environment', { environment: [] }, '"environment" must be an object of strings; got [].'],
  [
    'with a timeout as text',
    { timeout: '3' },
    '"timeout" must be a whole number of seconds from 1 to 900; got "3".',
  ],
  ['with a fractional timeout', { timeout: 0.5 }, '"timeout" must be a whole number of seconds'],
  ['with a longer timeout than on Lambda', { timeout: 901 }, '"timeout" must be a whole number of seconds'],
  [
    'with less memory than on Lambda',
    { memory: 127 },
    '"memory" must be a whole number of MB from 128 to 10240; got 127.',
  ],
  [
    'with a smaller /tmp than on Lambda',
    { temporarySpace: 100 },
    '"temporarySpace" must be a whole number of MB from 512 to 10240; got 100.',
  ],
  ['with a CPU share as text', { cpuShare: 'true' }, '"cpuShare" must be true or false; got "true".'],
  [
    'with an empty handler',
    { handler: '' },
    '"handler" must be the value of _HANDLER, a text that is not empty; got "".',
  ],
  ['with an unknown target', { target: 'docker' }, '"target" must be one of emulator, lambda; got "docker".'],
  ['with text as emulatedCpu', { emulatedCpu: 'slow' }, '"emulatedCpu" must be an object; got "slow".'],
  [
    'with another option in emulatedCpu',
    { emulatedCpu: { handler: 'a' } },
    'The key "handler" is unknown. Valid keys: timeout, memory, skip.',
  ],
  [
    'with less memory than on Lambda in emulatedCpu',
    { emulatedCpu: { memory: 1 } },
    '"memory" must be a whole number of MB from 128 to 10240; got 1.',
  ],
  [
    'that skip without a reason',
    { emulatedCpu: { skip: '' } },
    '"skip" must be the reason, a text that is not empty; got "".',
  ],
])('rejects options %s, as the schema does', (_, value, message) => {
  expect(() => parseOptions(value, reject)).toThrow(`a/options.json: ${message}`);
  expect(matchesSchema(value)).toBe(false);
});

test('merges the environment of a case, and replaces other settings', () => {
  const defaults: FunctionSettings = {
    environment: { A: 'all', B: 'all' },
    timeout: 60,
    memory: 1024,
    temporarySpace: 512,
    cpuShare: false,
  };
  expect(applyOptions(defaults, { environment: { B: 'own' }, memory: 128, cpuShare: true })).toEqual({
    environment: { A: 'all', B: 'own' },
    timeout: 60,
    memory: 128,
    temporarySpace: 512,
    cpuShare: true,
  });
});
