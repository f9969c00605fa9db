import { globSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createGitHub } from '#lib/github/client.ts';
import { readSources } from '#lib/sources/sources.ts';
import { checkExtensions } from '../../../actions/build-php/src/extensions.ts';
import { listPeclExtensions } from '../../../actions/build-php/src/request.ts';
import { draftRelease, publishRelease } from '../../../tools/release/draft.ts';
import { collectFiles } from '../../../tools/release/files.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { startGitHub } from '../../stand-ins/github/server.ts';
import { readJobs, runStep } from './run-step.ts';
import { writeFiles } from './write-files.ts';

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

const compare = ['weekly', 'changes', 'Compare with the last release'] as const;

test('compares nothing before the first release, and succeeds', async () => {
  await using folder = await temporaryFolder();
  const { server, checkout, environment } = await makeBuild(folder.path);
  await using _server = server;
  const { summary } = await runStep(checkout, compare, environment);
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
  const { summary } = await runStep(checkout, compare, environment);
  expect(summary).toMatch(/\| libcurl +\| 8\.14\.0 +\| 8\.15\.0 +\| php-83 +\|/);
});

test('the variant omits extensions that training needs, and its case checks for the same extensions', async () => {
  const { with: inputs = {} } =
    readJobs('weekly').variant?.steps?.find(({ uses }) => uses === './actions/build-php') ?? {};
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
