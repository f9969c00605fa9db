import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { readInputs } from '../src/inputs.ts';

const { inputs: declared } = parse(readFileSync('actions/update-layers-json/action.yml', 'utf8')) as {
  inputs: Record<string, { default?: string }>;
};

/** Sets inputs as GitHub does: action.yml's defaults, and what the test gives. */
function give(given: Record<string, string>): void {
  const values = { versions: '{"a":{"b":1}}', token: 'secret', ...given };
  for (const [name, { default: fallback }] of Object.entries(declared)) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, values[name as keyof typeof values] ?? fallback ?? '');
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test("without more than versions and a token, Bref's file is updated", () => {
  give({});
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

test('an Enterprise server is reached at the address that its runner names', () => {
  give({});
  expect(readInputs({ GITHUB_API_URL: 'https://github.example.invalid/api/v3' }).apiUrl).toBe(
    'https://github.example.invalid/api/v3',
  );
});

test.each([
  ['versions', '', /"versions" is required/],
  ['token', '', /"token" is required/],
  ['repository', 'bref', /"repository" must be owner\/name/],
  ['repository', 'https://github.com/brefphp/bref', /"repository" must be owner\/name/],
  ['base-branch', 'refs/heads/master', /"base-branch" must be the name of a branch/],
  ['branch', 'a..b', /"branch" must be the name of a branch/],
  ['branch', '', /"branch" is required/],
  ['path', '/layers.json', /"path" must be a path within the repository/],
  ['path', '../layers.json', /"path" must be a path within the repository/],
  ['title', '', /"title" is required/],
  ['release', '2.3.44', /"release" must be the URL of a release/],
  ['dry-run', 'yes', /"dry-run" must be one of true, false/],
])('%s of %j is refused', (name, value, message) => {
  give({ [name]: value });
  expect(() => readInputs({})).toThrow(message);
});

test('a branch cannot be merged into itself', () => {
  give({ branch: 'master', 'base-branch': 'master' });
  expect(() => readInputs({})).toThrow(/another branch than "base-branch"/);
});
