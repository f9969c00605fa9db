import { expect, test } from 'vitest';
import { startGitHub } from '../helpers/github/server.ts';
import { runBundle } from '../helpers/run-bundle.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const token = 'github_pat_for_this_test_alone';

function start() {
  return startGitHub({
    repositories: [
      {
        name: 'brefphp/bref',
        branch: 'master',
        files: { 'layers.json': '{\n    "console": {\n        "eu-west-1": 1\n    }\n}\n' },
      },
      {
        name: 'brefphp/layers.js',
        files: { 'package.json': '{}' },
        workflows: { 'release.yml': { inputs: ['name'] } },
      },
    ],
    tokens: { [token]: { repositories: ['brefphp/bref', 'brefphp/layers.js'], mayWrite: true } },
  });
}

test('update-layers-json as a runner runs it: a pull request, outputs, a summary, and the token nowhere', async () => {
  await using server = await start();
  await using folder = await temporaryFolder();
  const inputs = { versions: '{"console": {"eu-west-1": 2}}', token };
  const environment = { GITHUB_API_URL: server.url };
  const first = await runBundle({ action: 'update-layers-json', folder: folder.path, inputs, environment });
  expect(first.stderr).toBe('');
  expect(first.outputs).toEqual({
    changed: 'true',
    operation: 'created',
    'pull-request-number': '1',
    'pull-request-url': `${server.url}/brefphp/bref/pull/1`,
  });
  expect(first.summary).toMatch(/\| console \| +1 \| +2 \| eu-west-1 \|/);
  expect(JSON.stringify(first)).not.toContain(token);
  const second = await runBundle({ action: 'update-layers-json', folder: folder.path, inputs, environment });
  expect(second.outputs.operation).toBe('unchanged');
  expect(server.violations).toEqual([]);
});

test('on GitHub, the log is told to hide the token before anything else is said', async () => {
  await using server = await start();
  await using folder = await temporaryFolder();
  const { stdout } = await runBundle({
    action: 'update-layers-json',
    folder: folder.path,
    inputs: { versions: 'nothing.json', token },
    environment: { GITHUB_API_URL: server.url, GITHUB_ACTIONS: 'true' },
  });
  expect(stdout.split('\n')[0]).toBe(`::add-mask::${token}`);
  expect(stdout.split('\n').slice(1).join()).not.toContain(token);
});

test('a rate limit is waited for as long as GitHub asks to', async () => {
  await using server = await startGitHub({
    repositories: [{ name: 'brefphp/bref', files: { 'layers.json': '{}' } }],
    tokens: { [token]: { repositories: ['brefphp/bref'], mayWrite: true } },
    fault: (operation, count) =>
      operation === 'git/create-tree' && count === 1
        ? {
            status: 403,
            headers: { 'retry-after': '2' },
            body: { message: 'You have exceeded a secondary rate limit.' },
          }
        : undefined,
  });
  await using folder = await temporaryFolder();
  const { exitCode, stdout } = await runBundle({
    action: 'update-layers-json',
    folder: folder.path,
    inputs: { versions: '{"console": {"eu-west-1": 2}}', token },
    environment: { GITHUB_API_URL: server.url },
  });
  expect(stdout).toContain("GitHub's rate limit");
  expect(exitCode).toBe(0);
});
