import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createGitHub } from '#lib/github/client.ts';
import { readSources } from '#lib/sources/sources.ts';
import { checkExtensions } from '../../../actions/build-php/src/extensions.ts';
import { listPeclExtensions } from '../../../actions/build-php/src/request.ts';
import { draftRelease, publishRelease } from '../../../tools/release/draft.ts';
import { collectFiles } from '../../../tools/release/files.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { startGitHub } from '../../stand-ins/github/server.ts';

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

const { jobs } = parse(readFileSync('.github/workflows/weekly.yml', 'utf8')) as {
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly Step[] }>>;
};

/** Runs the shell script of a step like GitHub. Returns its standard output and its job summary. */
async function runStep(
  folder: string,
  job: string,
  name: string,
  environment: Readonly<Record<string, string>>,
) {
  const script = jobs[job]?.steps?.find((step) => step.name === name)?.run;
  if (script === undefined) throw new Error(`weekly.yml has no step "${name}" in ${job}.`);
  const summary = join(folder, '..', 'summary.md');
  await writeFile(summary, '');
  const env = { ...process.env, GITHUB_STEP_SUMMARY: summary, ...environment };
  const { stdout } = await promisify(execFile)('bash', ['-e', '-c', script], { cwd: folder, env });
  return { stdout, summary: await readFile(summary, 'utf8') };
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...identity, ...args]);
  return stdout.trim();
}

/** Creates a checkout whose pushes to GitHub go to a local repository, and a `gh` that records its arguments. */
async function makeCheckout(root: string) {
  const checkout = join(root, 'checkout');
  const origin = join(root, 'origin.git');
  await writeFiles(root, {
    'checkout/php-83/sources.json': '{}',
    'checkout/php/keys/OLD.asc': 'key',
    'checkout/.gitignore': '/.cache/\n',
    'bin/gh': `#!/bin/sh\necho "$@" >> ${root}/gh.log\n`,
    'temporary/upgrade.md': '| php-83 | php | 8.3.33 | 8.3.34 |\n',
  });
  await chmod(join(root, 'bin/gh'), 0o755);
  await git(root, 'init', '--quiet', '--bare', origin);
  await git(root, 'init', '--quiet', '--initial-branch=main', checkout);
  await git(checkout, 'add', '.');
  await git(checkout, 'commit', '--quiet', '--message', 'First');
  const environment = {
    PATH: `${join(root, 'bin')}:${process.env.PATH}`,
    RUNNER_TEMP: join(root, 'temporary'),
    GITHUB_REPOSITORY: 'brefphp/aws-lambda-layers',
    GH_TOKEN: 'secret',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${origin}.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://x-access-token:secret@github.com/brefphp/aws-lambda-layers',
  };
  return { checkout, origin, environment };
}

const openPullRequest = ['upgrade', 'Open or update the pull request'] as const;

test('adds new signatures and keys to the pull request', async () => {
  await using folder = await temporaryFolder();
  const { checkout, origin, environment } = await makeCheckout(folder.path);
  await writeFiles(checkout, {
    'php-83/sources.json': '{"artifacts": []}',
    'php-83/signatures/php-8.3.34.tar.xz.asc': 'signature',
    'php/keys/NEW.asc': 'key',
    '.cache/sources/archive': 'PHP',
    'upgrade.log': 'not part of the project',
  });
  await runStep(checkout, ...openPullRequest, environment);
  expect((await git(origin, 'show', '--name-only', '--format=%s', 'upgrade-sources')).split('\n')).toEqual([
    'sources: upgrade PHP, SQLite and extensions',
    '',
    'php-83/signatures/php-8.3.34.tar.xz.asc',
    'php-83/sources.json',
    'php/keys/NEW.asc',
  ]);
  expect(await readFile(join(folder.path, 'gh.log'), 'utf8')).toContain('pr edit upgrade-sources');
});

test('opens a pull request if only new files exist', async () => {
  await using folder = await temporaryFolder();
  const { checkout, origin, environment } = await makeCheckout(folder.path);
  await writeFiles(checkout, { 'php/keys/NEW.asc': 'key' });
  await runStep(checkout, ...openPullRequest, environment);
  expect(await git(origin, 'show', '--name-only', '--format=', 'upgrade-sources')).toBe('php/keys/NEW.asc');
});

test('pushes nothing without a change', async () => {
  await using folder = await temporaryFolder();
  const { checkout, origin, environment } = await makeCheckout(folder.path);
  const { summary } = await runStep(checkout, ...openPullRequest, environment);
  expect(summary).toContain('8.3.34');
  expect(await git(origin, 'branch', '--list')).toBe('');
});

const name = 'brefphp/aws-lambda-layers';
const manifest = { schema: 1, name: 'php-83', size: 1_000, unzippedSize: 3_000, metadata: null };
const bom = (curl: string) => ({
  bomFormat: 'CycloneDX',
  components: [{ name: 'libcurl', version: curl }],
});

/** Creates a checkout with a built php-83 and this project's commands, and a GitHub server. */
async function makeBuild(root: string) {
  const server = await startGitHub({
    repositories: [{ name, files: { 'README.md': 'Layers' } }],
    tokens: { secret: { repositories: [name], mayWrite: true } },
  });
  const checkout = join(root, 'checkout');
  await writeFiles(checkout, {
    'after/php-83.manifest.json': JSON.stringify(manifest),
    'after/php-83.sbom.json': JSON.stringify(bom('8.15.0')),
  });
  for (const part of ['package.json', 'tools', 'lib', 'actions', 'node_modules']) {
    await symlink(resolve(part), join(checkout, part));
  }
  const environment = { GITHUB_TOKEN: 'secret', GITHUB_API_URL: server.url, GITHUB_REPOSITORY: name };
  return { server, checkout, environment };
}

const compare = ['changes', 'Compare with the last release'] as const;

test('compares nothing before the first release, and succeeds', async () => {
  await using folder = await temporaryFolder();
  const { server, checkout, environment } = await makeBuild(folder.path);
  await using _server = server;
  const { summary } = await runStep(checkout, ...compare, environment);
  expect(summary).toBe('No release exists yet.\n');
});

test('lists distribution libraries that changed since the last release in the summary', async () => {
  await using folder = await temporaryFolder();
  const { server, checkout, environment } = await makeBuild(folder.path);
  await using _server = server;
  await writeFiles(folder.path, {
    'release/layers/layers-php-83/php-83.zip': 'zip',
    'release/layers/layers-php-83/php-83.manifest.json': JSON.stringify(manifest),
    'release/layers/layers-php-83/php-83.sbom.json': JSON.stringify(bom('8.14.0')),
    'release/versions/versions-php-83-1/arns.md': '### php-83\n',
    'release/versions/versions-php-83-1/versions.json': '{"php-83": {"eu-west-1": 1}}',
  });
  const log = silentLogger();
  const github = createGitHub({ token: 'secret', apiUrl: server.url, log, msPerSecond: 1 });
  const repository = { owner: 'brefphp', repo: 'aws-lambda-layers' };
  const files = await collectFiles(
    join(folder.path, 'release/layers'),
    join(folder.path, 'release/versions'),
  );
  await draftRelease(github, repository, { tag: '2.3.44', commit: 'main' }, files, log);
  await publishRelease(github, repository, '2.3.44');
  const { summary } = await runStep(checkout, ...compare, environment);
  expect(summary).toMatch(/\| libcurl +\| 8\.14\.0 +\| 8\.15\.0 +\| php-83 +\|/);
});

test('the variant omits extensions that training needs, and its case checks for the same extensions', async () => {
  const { with: inputs = {} } = jobs.variant?.steps?.find(({ uses }) => uses === './actions/build-php') ?? {};
  const without = inputs['without-extensions']?.split(' ') ?? [];
  const folders = globSync('php-[0-9][0-9]');
  expect(folders).not.toEqual([]);
  for (const folder of folders) {
    const peclExtensions = listPeclExtensions(await readSources(join(folder, 'sources.json')));
    const choice = { extensions: inputs.extensions?.split(' ') ?? [], withoutExtensions: without };
    checkExtensions(choice, { peclExtensions, phpVersion: folder.slice(-2) });
  }
  const neededByTraining = globSync('php/training/*.php').flatMap((program) => {
    const [, names = ''] = /^\/\/ Needs: (.*)$/m.exec(readFileSync(program, 'utf8')) ?? [];
    return names.split(', ');
  });
  expect(without.filter((name) => neededByTraining.includes(name))).toEqual(['pdo_sqlite', 'tokenizer']);
  const script = readFileSync('tests/layers/variant/scripts/extensions.php', 'utf8');
  expect(script).toContain(`['${without.join("', '")}']`);
});
