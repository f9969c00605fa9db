import { expect, test } from 'vitest';
import { runBundle } from '../fixtures/run-bundle.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { startGitHub } from '../stand-ins/github/server.ts';

const token = 'github_pat_for_this_test';

function start() {
  return startGitHub({
    repositories: [
      {
        name: 'brefphp/bref',
        branch: 'master',
        files: { 'layers.json': '{\n    "console": {\n        "eu-west-1": 1\n    }\n}\n' },
      },
    ],
    tokens: { [token]: { repositories: ['brefphp/bref'], mayWrite: true } },
  });
}

test('update-layers-json opens a pull request, sets outputs and a summary, and never prints the token', async () => {
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

test('update-layers-json masks the token on GitHub before it logs anything else', async () => {
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

test('update-layers-json waits after a rate limit as long as GitHub asks', async () => {
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
  expect(stdout).toContain("GitHub's rate limit was reached");
  expect(exitCode).toBe(0);
});
