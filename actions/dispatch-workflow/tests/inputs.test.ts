import { afterEach, expect, test, vi } from 'vitest';
import { readInputs } from '../src/inputs.ts';

function give(given: Record<string, string>): void {
  const values = {
    repository: 'brefphp/layers.js',
    workflow: 'release.yml',
    ref: '',
    inputs: '',
    token: 'secret',
    timeout: '120',
    ...given,
  };
  for (const [name, value] of Object.entries(values)) vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test('inputs of the workflow are lines', () => {
  give({ inputs: 'name=2.3.44\nurl=https://example.invalid/?a=b' });
  expect(readInputs({})).toEqual({
    token: 'secret',
    repository: { owner: 'brefphp', repo: 'layers.js' },
    workflow: 'release.yml',
    ref: undefined,
    inputs: { name: '2.3.44', url: 'https://example.invalid/?a=b' },
    timeout: 120_000,
    apiUrl: 'https://api.github.com',
  });
});

test.each([
  ['repository', '', /"repository" is required/],
  ['repository', 'layers.js', /must be owner\/name/],
  ['workflow', 'release', /"workflow" must be the file name/],
  ['workflow', '.github/workflows/release.yml', /"workflow" must be the file name/],
  ['inputs', 'name', /"inputs" must have lines of the form NAME=value/],
  [
    'inputs',
    Array.from({ length: 26 }, (_, index) => `a${index}=b`).join('\n'),
    /must be at most 25; got "26"/,
  ],
  ['token', '', /"token" is required/],
  ['timeout', '5', /"timeout" must be a whole number from 10 to 600/],
])('%s of %j is refused', (name, value, message) => {
  give({ [name]: value });
  expect(() => readInputs({})).toThrow(message);
});
