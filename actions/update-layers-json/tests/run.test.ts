import { describe, expect, test } from 'vitest';
import { createGitHub } from '#lib/github/client.ts';
import type { Versions } from '#lib/layer/published-versions.ts';
import { silentLogger } from '../../../tests/fixtures/silent-logger.ts';
import { type GitHubServer, type GitHubSetUp, startGitHub } from '../../../tests/stand-ins/github/server.ts';
import type { Inputs } from '../src/inputs.ts';
import { run } from '../src/run.ts';

const before = '{\n    "php-82": {\n        "us-east-1": 22,\n        "eu-west-1": 22\n    }\n}\n';
const versions: Versions = { 'php-82': { 'us-east-1': 23, 'eu-west-1': 23 } };
const after = before.replaceAll('22', '23');

function start(setUp: Partial<GitHubSetUp> = {}) {
  return startGitHub({
    repositories: [
      { name: 'brefphp/bref', branch: 'master', files: { 'layers.json': before, 'README.md': 'Bref' } },
    ],
    tokens: { secret: { repositories: ['brefphp/bref'], mayWrite: true } },
    ...setUp,
  });
}

async function update(server: GitHubServer, overrides: Partial<Inputs> = {}, published: Versions = versions) {
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
    ...overrides,
  };
  const github = createGitHub({ ...inputs, log, msPerSecond: 1 });
  const result = await run(inputs, published, { github, log });
  return { ...result, lines: log.lines };
}

/** Reads the file from the branch of the pull request. */
function readProposedFile(server: GitHubServer, branch = 'update-layers-json'): string | undefined {
  const { git } = server.repository('brefphp/bref');
  return git.file(`refs/heads/${branch}`, 'layers.json')?.content.toString();
}

function writes(server: GitHubServer): readonly string[] {
  return server.calls.filter((call) => /create|update/.test(call));
}

test('opens a pull request with one commit that writes the new numbers', async () => {
  await using server = await start();
  const { pullRequest, changes } = await update(server);
  expect(pullRequest).toEqual({ number: 1, operation: 'created', url: `${server.url}/brefphp/bref/pull/1` });
  expect(changes).toHaveLength(2);
  expect(readProposedFile(server)).toBe(after);
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

| Layer  | Before | After | Regions              |
| ------ | -----: | ----: | -------------------- |
| php-82 |     22 |    23 | us-east-1, eu-west-1 |

Layers and regions that were not published keep their numbers in \`layers.json\`.`);
  expect(server.violations).toEqual([]);
});

test('writes nothing in a second run', async () => {
  await using server = await start();
  await update(server);
  const written = writes(server).length;
  const { pullRequest } = await update(server);
  expect(pullRequest).toMatchObject({ number: 1, operation: 'unchanged' });
  expect(writes(server)).toHaveLength(written);
});

test('opens no pull request if the file already has the layer versions', async () => {
  await using server = await start();
  const { pullRequest, lines } = await update(server, {}, { 'php-82': { 'us-east-1': 22 } });
  expect(pullRequest).toBeUndefined();
  expect(writes(server)).toEqual([]);
  expect(lines.join()).toContain('already has these layer versions');
});

test('shows the changes in a dry run without making them', async () => {
  await using server = await start();
  const { changes, lines } = await update(server, { isDryRun: true });
  expect(changes).toHaveLength(2);
  expect(lines.join()).toContain('| php-82 |     22 |    23 |');
  expect(writes(server)).toEqual([]);
});

test('adds the numbers of the next release to the same pull request', async () => {
  await using server = await start();
  await update(server);
  const { pullRequest } = await update(server, {}, { 'php-82': { 'us-east-1': 24, 'eu-west-1': 24 } });
  expect(pullRequest).toMatchObject({ number: 1, operation: 'updated' });
  expect(readProposedFile(server)).toBe(before.replaceAll('22', '24'));
  expect(server.repository('brefphp/bref').pullRequests).toHaveLength(1);
  expect(server.violations).toEqual([]);
});

test('commits on top of the newest commit of the base branch', async () => {
  await using server = await start();
  await update(server);
  const { git } = server.repository('brefphp/bref');
  const head = git.commitFiles('master', { 'README.md': 'Bref!' }, 'Shout');
  await update(server);
  const [commit = ''] = git.between('refs/heads/master', 'refs/heads/update-layers-json');
  expect(git.commit(commit)?.parents).toEqual([head]);
});

test('starts again if the file changes during the run', async () => {
  let isChanged = false;
  await using server = await start({
    beforeResponse: (operation, { repository }) => {
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
  expect(JSON.parse(readProposedFile(server) ?? '')).toEqual({
    'php-82': { 'us-east-2': 22, 'eu-west-1': 23, 'us-east-1': 23 },
  });
});

test('opens a new pull request after a closed one and logs it', async () => {
  await using server = await start();
  await update(server);
  const [first] = server.repository('brefphp/bref').pullRequests;
  if (first !== undefined) first.state = 'closed';
  const { pullRequest, lines } = await update(server);
  expect(pullRequest).toMatchObject({ number: 2, operation: 'created' });
  expect(lines.join()).toContain('#1 was closed without a merge');
});

test('opens a new pull request if the old one is closed during the update', async () => {
  await using server = await start({
    beforeResponse: (operation, { repository }) => {
      const [first] = repository('brefphp/bref').pullRequests;
      if (operation === 'pulls/list' && first !== undefined && first.title === 'Old') first.state = 'closed';
    },
  });
  await update(server, { title: 'Old' });
  const { pullRequest } = await update(server, { title: 'New' });
  expect(pullRequest).toMatchObject({ number: 2, operation: 'created' });
});

test('refuses to overwrite a commit by another author', async () => {
  await using server = await start();
  await update(server);
  const { git } = server.repository('brefphp/bref');
  const foreign = git.commitFiles('update-layers-json', { 'notes.md': 'mine' }, 'Note');
  await expect(update(server, {}, { 'php-82': { 'us-east-1': 24 } })).rejects.toThrow(
    /also changes notes.md. This work of another author is not overwritten.*run this job again/,
  );
  expect(git.head('heads/update-layers-json')).toBe(foreign);
});

test('rejects a lower number unless a reason is given', async () => {
  await using server = await start();
  const lower = { 'php-82': { 'us-east-1': 21 } };
  await expect(update(server, {}, lower)).rejects.toThrow(
    /must not become lower.*php-82 in us-east-1 22 → 21.*"allow-lower"/,
  );
  expect(writes(server)).toEqual([]);
  const { pullRequest, lines } = await update(server, { allowLower: 'a new account' }, lower);
  expect(pullRequest?.operation).toBe('created');
  expect(lines.join()).toContain('allowed because a new account');
  expect(server.repository('brefphp/bref').pullRequests[0]?.body).toContain('a new account');
});

describe('rejects a missing', () => {
  test.each<[string, Partial<Inputs>, RegExp]>([
    ['branch', { baseBranch: '2.x' }, /brefphp\/bref has no branch "2.x". Correct input "base-branch"/],
    ['file', { path: 'versions.json' }, /has no file versions.json on branch "master". Correct input "path"/],
    [
      'repository',
      { repository: { owner: 'brefphp', repo: 'nothing' } },
      /refused the request \(404\).*brefphp\/nothing only.*contents: write/,
    ],
    ['token', { token: 'wrong' }, /does not accept the token.*expired/],
    ['second branch', { branch: 'master' }, /must differ from the base branch; got "master"/],
  ])('%s', async (_, overrides, message) => {
    await using server = await start();
    await expect(update(server, overrides)).rejects.toThrow(message);
    expect(writes(server)).toEqual([]);
  });

  test('write permission', async () => {
    await using server = await start({
      tokens: { secret: { repositories: ['brefphp/bref'], mayWrite: false } },
    });
    await expect(update(server)).rejects.toThrow(
      /refused the request \(403\).*`contents: write` and `pull-requests: write`/,
    );
  });
});

describe('survives a fault', () => {
  const operations = ['git/create-tree', 'git/create-commit', 'git/create-ref', 'pulls/list', 'pulls/create'];
  const faults = ['reset', 'lost', { status: 502, body: {} }, { status: 429, body: {} }] as const;
  test.each(operations.flatMap((operation) => faults.map((fault) => [operation, fault] as const)))(
    'in %s: %j',
    async (broken, fault) => {
      await using server = await start({
        fault: (operation, count) => (operation === broken && count === 1 ? fault : undefined),
      });
      const { pullRequest } = await update(server);
      expect(pullRequest?.number).toBe(1);
      expect(readProposedFile(server)).toBe(after);
      expect(server.repository('brefphp/bref').pullRequests).toHaveLength(1);
      expect(server.violations).toEqual([]);
    },
  );

  test('except a lasting one, which ends with the advice to run the job again', async () => {
    await using server = await start({
      fault: (operation) =>
        operation === 'pulls/create' ? { status: 503, body: { message: 'Later' } } : undefined,
    });
    await expect(update(server)).rejects.toThrow(/GitHub answered 503 for brefphp\/bref.*Run this job again/);
    expect(readProposedFile(server)).toBe(after);
  });
});
