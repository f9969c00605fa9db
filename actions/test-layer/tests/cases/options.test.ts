import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { applyOptions, parseOptions, refuserOf, type Settings } from '../../src/cases/options.ts';

const refuse = refuserOf('a/options.json');
const matchesSchema = new Ajv2020().compile(
  JSON.parse(readFileSync('actions/test-layer/schemas/options.schema.json', 'utf8')),
);

test.each([
  ['nothing', {}],
  [
    'everything',
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
])('options with %s are taken, by their schema too', (_, value) => {
  expect(parseOptions(value, refuse)).toEqual(value);
  expect(matchesSchema(value)).toBe(true);
});

test.each<[string, unknown, string]>([
  ['that are a list', [], 'must be a JSON object'],
  [
    'with a typing error',
    { memroy: 1 },
    'has the unknown key "memroy"; known are environment, timeout, memory',
  ],
  [
    'with numbers as environment',
    { environment: { A: 1 } },
    'must have an "environment" of names and strings',
  ],
  ['with a list as environment', { environment: [] }, 'must have an "environment" of names and strings'],
  ['with a timeout in text', { timeout: '3' }, 'must have a "timeout" of 1 to 900 whole seconds'],
  ['with a timeout of a fraction', { timeout: 0.5 }, 'must have a "timeout" of 1 to 900'],
  ['with a longer timeout than Lambda', { timeout: 901 }, 'must have a "timeout" of 1 to 900'],
  ['with less memory than Lambda', { memory: 127 }, 'must have a "memory" of 128 to 10240 whole MB'],
  [
    'with a smaller /tmp than Lambda',
    { temporarySpace: 100 },
    'must have a "temporarySpace" of 512 to 10240',
  ],
  ['with a share in text', { cpuShare: 'true' }, 'must have a "cpuShare" of true or false'],
  ['with an empty handler', { handler: '' }, 'must have a "handler" that is the text of _HANDLER'],
  ['with another target', { target: 'docker' }, 'must have a "target" that is one of emulator, lambda'],
  ['with text on the emulated CPU', { emulatedCpu: 'slow' }, 'must have an "emulatedCpu" that is an object'],
  [
    'with another option there',
    { emulatedCpu: { handler: 'a' } },
    'has the unknown key "handler"; known are timeout, memory, skip',
  ],
  [
    'with less memory than Lambda there',
    { emulatedCpu: { memory: 1 } },
    'must have a "memory" of 128 to 10240',
  ],
  ['that skip without a reason', { emulatedCpu: { skip: '' } }, 'must have a "skip" that says why'],
])('options %s are refused, by their schema too', (_, value, message) => {
  expect(() => parseOptions(value, refuse)).toThrow(`"a/options.json" ${message}`);
  expect(matchesSchema(value)).toBe(false);
});

test("a case's environment is added to that of all, and its other options replace", () => {
  const defaults: Settings = {
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
