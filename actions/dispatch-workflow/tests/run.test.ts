import { expect, test } from 'vitest';
import { createGitHub } from '#lib/github/client.ts';
import { type GitHubServer, type GitHubSetUp, startGitHub } from '../../../tests/helpers/github/server.ts';
import { silentLogger } from '../../../tests/helpers/silent-logger.ts';
import type { Inputs } from '../src/inputs.ts';
import { run } from '../src/run.ts';

const name = 'brefphp/layers.js';

function start(more: Partial<GitHubSetUp> = {}) {
  return startGitHub({
    repositories: [{ name, files: { 'package.json': '{}' }, workflows: { 'release.yml': ['layers'] } }],
    tokens: { secret: { repositories: [name], mayWrite: true } },
    ...more,
  });
}

/** Waiting takes no time, but counts. */
async function dispatch(server: GitHubServer, given: Partial<Inputs> = {}) {
  const log = silentLogger();
  const inputs: Inputs = {
    token: 'secret',
    repository: { owner: 'brefphp', repo: 'layers.js' },
    workflow: 'release.yml',
    ref: undefined,
    inputs: {},
    timeout: 120_000,
    apiUrl: server.url,
    ...given,
  };
  let time = 0;
  const started = await run(inputs, {
    github: createGitHub({ ...inputs, log, second: 1 }),
    log,
    now: () => time,
    wait: async (milliseconds) => {
      time += milliseconds;
    },
  });
  return { started, lines: log.lines };
}

test('the workflow is started once on the default branch, and its run named', async () => {
  await using server = await start();
  const { started } = await dispatch(server, { inputs: { layers: 'php-82' } });
  expect(started).toEqual({ id: 1000, url: `${server.url}/${name}/actions/runs/1000` });
  expect(server.repository(name).runs).toEqual([
    { id: 1000, workflow: 'release.yml', ref: 'main', inputs: { layers: 'php-82' } },
  ]);
  expect(server.violations).toEqual([]);
});

test('a run that GitHub does not show yet is waited for', async () => {
  await using server = await start({
    fault: (operation, count) =>
      operation === 'actions/get-workflow-run' && count < 4
        ? { status: 404, body: { message: 'Not Found' } }
        : undefined,
  });
  expect((await dispatch(server)).started.id).toBe(1000);
});

test('after an answer that was lost, the run is looked for, and no second one started', async () => {
  await using server = await start({
    fault: (operation, count) =>
      operation === 'actions/create-workflow-dispatch' && count === 1 ? 'lost' : undefined,
  });
  const { started, lines } = await dispatch(server);
  expect(started.id).toBe(1000);
  expect(server.repository(name).runs).toHaveLength(1);
  expect(lines.join()).toContain('got lost');
});

test.each(['reset', { status: 502, body: {} }] as const)(
  'a request that did not get through (%j) is made again',
  async (fault) => {
    await using server = await start({
      fault: (operation, count) =>
        operation === 'actions/create-workflow-dispatch' && count === 1 ? fault : undefined,
    });
    await dispatch(server);
    expect(server.repository(name).runs).toHaveLength(1);
  },
);

test('a server that takes requests and starts nothing is an error', async () => {
  await using server = await start({
    fault: (operation) => (operation === 'actions/create-workflow-dispatch' ? { status: 204 } : undefined),
  });
  await expect(dispatch(server)).rejects.toThrow(
    /No run of release.yml of brefphp\/layers.js appeared within 120 s/,
  );
  expect(server.calls.filter((call) => call === 'actions/create-workflow-dispatch')).toHaveLength(1);
});

test.each<[string, Partial<Inputs>, RegExp]>([
  ['workflow', { workflow: 'other.yml' }, /refuses \(404\).*`actions: write`/],
  ['branch', { ref: 'nowhere' }, /does not start release.yml: No ref found for: nowhere/],
  ['input', { inputs: { layer: 'x' } }, /Unexpected inputs provided.*inputs that were given \(layer\)/],
  ['token', { token: 'wrong' }, /does not accept the token/],
])('a wrong %s is named', async (_, given, message) => {
  await using server = await start();
  await expect(dispatch(server, given)).rejects.toThrow(message);
  expect(server.repository(name).runs).toEqual([]);
});
