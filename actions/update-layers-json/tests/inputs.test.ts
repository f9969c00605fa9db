import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { readInputs } from '../src/inputs.ts';

const { inputs: declared } = parse(readFileSync('actions/update-layers-json/action.yml', 'utf8')) as {
  inputs: Record<string, { default?: string }>;
};

/** Sets inputs like GitHub: the defaults of action.yml, overridden by the test's values. */
function setInputs(overrides: Record<string, string>): void {
  const values = { versions: '{"a":{"b":1}}', token: 'secret', ...overrides };
  for (const [name, { default: fallback }] of Object.entries(declared)) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, values[name as keyof typeof values] ?? fallback ?? '');
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test("updates Bref's layers.json by default", () => {
  setInputs({});
  expect(readInputs({})).toEqual({
    versions: '{"a":{"b":1}}',
    token: 'secret',
    repository: { owner: 'brefphp', repo: 'bref' },
    baseBranch: undefined,
    path: 'layers.json',
    branch: 'update-layers-json',
    title: 'Update layer versions',
    release: undefined,
    allowLower: undefined,
    isDryRun: false,
    apiUrl: 'https://api.github.com',
  });
});

test('uses the API of an Enterprise server if its runner names it', () => {
  setInputs({});
  expect(readInputs({ GITHUB_API_URL: 'https://github.example.invalid/api/v3' }).apiUrl).toBe(
    'https://github.example.invalid/api/v3',
  );
});

test.each([
  ['versions', '', /"versions" is required/],
  ['token', '', /"token" is required/],
  ['repository', 'bref', /"repository" must be owner\/name of a repository; got "bref"/],
  ['repository', 'https://github.com/brefphp/bref', /"repository" must be owner\/name/],
  ['base-branch', 'refs/heads/master', /"base-branch" must be the name of a branch/],
  ['branch', 'a..b', /"branch" must be the name of a branch/],
  ['branch', '', /"branch" is required/],
  ['path', '/layers.json', /"path" must be a path in the repository/],
  ['path', '../layers.json', /"path" must be a path in the repository/],
  ['title', '', /"title" is required/],
  ['release', '2.3.44', /"release" must be the URL of a release/],
  ['dry-run', 'yes', /"dry-run" must be one of true, false/],
])('rejects input %s with the value %j', (name, value, message) => {
  setInputs({ [name]: value });
  expect(() => readInputs({})).toThrow(message);
});

test('rejects the base branch as branch of the pull request', () => {
  setInputs({ branch: 'master', 'base-branch': 'master' });
  expect(() => readInputs({})).toThrow(/"branch" must differ from "base-branch"; got "master"/);
});
