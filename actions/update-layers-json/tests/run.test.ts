import { describe, expect, test } from 'vitest';
import { createGitHub } from '#lib/github/client.ts';
import type { Versions } from '#lib/layer/published-versions.ts';
import { type GitHubServer, type GitHubSetUp, startGitHub } from '../../../tests/helpers/github/server.ts';
import { silentLogger } from '../../../tests/helpers/silent-logger.ts';
import type { Inputs } from '../src/inputs.ts';
import { run } from '../src/run.ts';

const before = '{\n    "php-82": {\n        "us-east-1": 22,\n        "eu-west-1": 22\n    }\n}\n';
const versions: Versions = { 'php-82': { 'us-east-1': 23, 'eu-west-1': 23 } };
const after = before.replaceAll('22', '23');

function start(more: Partial<GitHubSetUp> = {}) {
  return startGitHub({
    repositories: [
      { name: 'brefphp/bref', branch: 'master', files: { 'layers.json': before, 'README.md': 'Bref' } },
    ],
    tokens: { secret: { repositories: ['brefphp/bref'], mayWrite: true } },
    ...more,
  });
}

async function update(server: GitHubServer, given: Partial<Inputs> = {}, wanted: Versions = versions) {
  const log = silentLogger();
  const inputs: Inputs = {
    versions: '',
    token: 'secret',
    repository: { owner: 'brefphp', repo: 'bref' },
    baseBranch: undefined,
    path: 'layers.json',
    branch: 'update-layers-json',
    title: 'Update layer versions',
    release: 'https://example.invalid/releases/2.3.44',
    allowLower: undefined,
    isDryRun: false,
    apiUrl: server.url,
    ...given,
  };
  const github = createGitHub({ ...inputs, log, second: 1 });
  const result = await run(inputs, wanted, { github, log });
  return { ...result, lines: log.lines };
}

/** The file in the branch of the pull request. */
function proposed(server: GitHubServer, branch = 'update-layers-json'): string | undefined {
  const { git } = server.repository('brefphp/bref');
  return git.file(`refs/heads/${branch}`, 'layers.json')?.content.toString();
}

function writes(server: GitHubServer): readonly string[] {
  return server.calls.filter((call) => /create|update/.test(call));
}

test('one commit with the new numbers, and a pull request that says which', async () => {
  await using server = await start();
  const { pullRequest, changes } = await update(server);
  expect(pullRequest).toEqual({ number: 1, operation: 'created', url: `${server.url}/brefphp/bref/pull/1` });
  expect(changes).toHaveLength(2);
  expect(proposed(server)).toBe(after);
  const { git, pullRequests } = server.repository('brefphp/bref');
  const [commit = ''] = git.between('refs/heads/master', 'refs/heads/update-layers-json');
  expect(git.commit(commit)).toMatchObject({
    message: 'Update layer versions',
    parents: [git.head('heads/master')],
  });
  expect(git.changedFiles('refs/heads/master', commit)).toEqual(['layers.json']);
  expect(pullRequests[0]).toMatchObject({
    head: 'update-layers-json',
    base: 'master',
    title: 'Update layer versions',
  });
  expect(pullRequests[0]?.body).toBe(`The layers of https://example.invalid/releases/2.3.44.

| Layer | Before | After | Where |
|---|---|---|---|
| php-82 | 22 | 23 | us-east-1, eu-west-1 |

Layers and regions that were not published keep what \`layers.json\` has.`);
  expect(server.violations).toEqual([]);
});

test('a second run writes nothing', async () => {
  await using server = await start();
  await update(server);
  const written = writes(server).length;
  const { pullRequest } = await update(server);
  expect(pullRequest).toMatchObject({ number: 1, operation: 'unchanged' });
  expect(writes(server)).toHaveLength(written);
});

test('a file that has the versions gets no pull request', async () => {
  await using server = await start();
  const { pullRequest, lines } = await update(server, {}, { 'php-82': { 'us-east-1': 22 } });
  expect(pullRequest).toBeUndefined();
  expect(writes(server)).toEqual([]);
  expect(lines.join()).toContain('has these versions already');
});

test('a dry run shows the changes and makes none', async () => {
  await using server = await start();
  const { changes, lines } = await update(server, { isDryRun: true });
  expect(changes).toHaveLength(2);
  expect(lines.join()).toContain('| php-82 | 22 | 23 |');
  expect(writes(server)).toEqual([]);
});

test("the next release's numbers go into the same pull request", async () => {
  await using server = await start();
  await update(server);
  const { pullRequest } = await update(server, {}, { 'php-82': { 'us-east-1': 24, 'eu-west-1': 24 } });
  expect(pullRequest).toMatchObject({ number: 1, operation: 'updated' });
  expect(proposed(server)).toBe(before.replaceAll('22', '24'));
  expect(server.repository('brefphp/bref').pullRequests).toHaveLength(1);
  expect(server.violations).toEqual([]);
});

test('a base branch that has moved on is what the commit is made on', async () => {
  await using server = await start();
  await update(server);
  const { git } = server.repository('brefphp/bref');
  const head = git.commitFiles('master', { 'README.md': 'Bref!' }, 'Shout');
  await update(server);
  const [commit = ''] = git.between('refs/heads/master', 'refs/heads/update-layers-json');
  expect(git.commit(commit)?.parents).toEqual([head]);
});

test('a file that is changed while the run goes on is read again', async () => {
  let isChanged = false;
  await using server = await start({
    meanwhile: (operation, { repository }) => {
      if (operation !== 'git/create-tree' || isChanged) return;
      isChanged = true;
      repository('brefphp/bref').git.commitFiles(
        'master',
        { 'layers.json': before.replace('us-east-1', 'us-east-2') },
        'Move',
      );
    },
  });
  const { pullRequest } = await update(server);
  expect(pullRequest?.number).toBe(1);
  expect(JSON.parse(proposed(server) ?? '')).toEqual({
    'php-82': { 'us-east-2': 22, 'eu-west-1': 23, 'us-east-1': 23 },
  });
});

test('a pull request that somebody closed is followed by a new one, and that is said', async () => {
  await using server = await start();
  await update(server);
  const [first] = server.repository('brefphp/bref').pullRequests;
  if (first !== undefined) first.state = 'closed';
  const { pullRequest, lines } = await update(server);
  expect(pullRequest).toMatchObject({ number: 2, operation: 'created' });
  expect(lines.join()).toContain('#1 was closed without being merged');
});

test('one that is closed in the moment of the update is followed by a new one too', async () => {
  await using server = await start({
    meanwhile: (operation, { repository }) => {
      const [first] = repository('brefphp/bref').pullRequests;
      if (operation === 'pulls/list' && first !== undefined && first.title === 'Old') first.state = 'closed';
    },
  });
  await update(server, { title: 'Old' });
  const { pullRequest } = await update(server, { title: 'New' });
  expect(pullRequest).toMatchObject({ number: 2, operation: 'created' });
});

test("somebody's own commit in the branch is not overwritten", async () => {
  await using server = await start();
  await update(server);
  const { git } = server.repository('brefphp/bref');
  const own = git.commitFiles('update-layers-json', { 'notes.md': 'mine' }, 'Note');
  await expect(update(server, {}, { 'php-82': { 'us-east-1': 24 } })).rejects.toThrow(
    /changes notes.md too: somebody's own work, which is not overwritten.*run this job again/,
  );
  expect(git.head('heads/update-layers-json')).toBe(own);
});

test('a number that would go down is refused, unless there is a reason', async () => {
  await using server = await start();
  const lower = { 'php-82': { 'us-east-1': 21 } };
  await expect(update(server, {}, lower)).rejects.toThrow(
    /never go down.*php-82 in us-east-1 22 → 21.*"allow-lower"/,
  );
  expect(writes(server)).toEqual([]);
  const { pullRequest, lines } = await update(server, { allowLower: 'a new account' }, lower);
  expect(pullRequest?.operation).toBe('created');
  expect(lines.join()).toContain('allowed because a new account');
  expect(server.repository('brefphp/bref').pullRequests[0]?.body).toContain('a new account');
});

describe('what is not there', () => {
  test.each<[string, Partial<Inputs>, RegExp]>([
    ['branch', { baseBranch: '2.x' }, /brefphp\/bref has no branch "2.x": see input "base-branch"/],
    ['file', { path: 'versions.json' }, /has no file versions.json on branch "master": see input "path"/],
    [
      'repository',
      { repository: { owner: 'brefphp', repo: 'nothing' } },
      /refuses \(404\).*brefphp\/nothing alone.*contents: write/,
    ],
    ['token', { token: 'wrong' }, /does not accept the token.*expired/],
    ['other branch', { branch: 'master' }, /"master" is the branch to merge into/],
  ])('%s', async (_, given, message) => {
    await using server = await start();
    await expect(update(server, given)).rejects.toThrow(message);
    expect(writes(server)).toEqual([]);
  });

  test('right to write', async () => {
    await using server = await start({
      tokens: { secret: { repositories: ['brefphp/bref'], mayWrite: false } },
    });
    await expect(update(server)).rejects.toThrow(
      /refuses \(403\).*`contents: write` and `pull-requests: write`/,
    );
  });
});

describe('faults on the way', () => {
  const operations = ['git/create-tree', 'git/create-commit', 'git/create-ref', 'pulls/list', 'pulls/create'];
  const faults = ['reset', 'lost', { status: 502, body: {} }, { status: 429, body: {} }] as const;
  test.each(operations.flatMap((operation) => faults.map((fault) => [operation, fault] as const)))(
    '%s, once: %j',
    async (broken, fault) => {
      await using server = await start({
        fault: (operation, count) => (operation === broken && count === 1 ? fault : undefined),
      });
      const { pullRequest } = await update(server);
      expect(pullRequest?.number).toBe(1);
      expect(proposed(server)).toBe(after);
      expect(server.repository('brefphp/bref').pullRequests).toHaveLength(1);
      expect(server.violations).toEqual([]);
    },
  );

  test('a server that never answers well ends in an error that says to run again', async () => {
    await using server = await start({
      fault: (operation) =>
        operation === 'pulls/create' ? { status: 503, body: { message: 'Later' } } : undefined,
    });
    await expect(update(server)).rejects.toThrow(/GitHub answered 503 for brefphp\/bref.*Run this job again/);
    expect(proposed(server)).toBe(after);
  });
});
