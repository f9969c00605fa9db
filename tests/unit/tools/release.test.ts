import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createGitHub } from '#lib/github/client.ts';
import { draftRelease, publishRelease } from '../../../tools/release/draft.ts';
import { fetchRelease } from '../../../tools/release/fetch.ts';
import { collectFiles } from '../../../tools/release/files.ts';
import { moveMajorTag } from '../../../tools/release/tag.ts';
import { type GitHubServer, type GitHubSetUp, startGitHub } from '../../helpers/github/server.ts';
import { silentLogger } from '../../helpers/silent-logger.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const repository = { owner: 'brefphp', repo: 'aws-lambda-layers' };
const name = 'brefphp/aws-lambda-layers';

function start(more: Partial<GitHubSetUp> = {}) {
  return startGitHub({
    repositories: [{ name, files: { 'README.md': 'Layers' } }],
    tokens: { secret: { repositories: [name], mayWrite: true } },
    ...more,
  });
}

function connect(server: GitHubServer) {
  return createGitHub({ token: 'secret', apiUrl: server.url, log: silentLogger(), second: 1 });
}

/** Files as the artifacts of a run lie in folders. */
async function lay(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

const artifacts = {
  'layers/layers-php-82/php-82.zip': 'zip of 82',
  'layers/layers-php-82/php-82.manifest.json': '{}',
  'layers/layers-php-82/php-82.sbom.json': '{}',
  'layers/layers-php-82/php-82.profile.tar.gz': 'counters',
  'layers/layers-arm-php-82/arm-php-82.zip': 'zip of arm',
  'layers/layers-arm-php-82/arm-php-82.manifest.json': '{}',
  'layers/layers-arm-php-82/arm-php-82.sbom.json': '{}',
  'versions/versions-php-82-1/arns.md': '### php-82\n\nof the first attempt\n',
  'versions/versions-php-82-10/arns.md': '### php-82\n\nof the tenth attempt\n',
  'versions/versions-php-82-2/arns.md': '### php-82\n\nof the second attempt\n',
  'versions/versions-php-82-2/versions.json': '{"php-82": {"eu-west-1": 2}}',
  'versions/versions-php-82-10/versions.json': '{"php-82": {"eu-west-1": 10}}',
  'versions/versions-arm-php-82-1/arns.md': '### arm-php-82\n',
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
  await lay(folder.path, artifacts);
  return () => folder[Symbol.asyncDispose]();
});

function collect() {
  return collectFiles(join(folder.path, 'layers'), join(folder.path, 'versions'));
}

test('a release has of each layer the zip, manifest and SBOM, of each build its profile, and the ARNs and versions of the newest attempt', async () => {
  const files = await collect();
  expect(files.map((file) => file.name)).toEqual([
    'arm-php-82.zip',
    'arm-php-82.manifest.json',
    'arm-php-82.sbom.json',
    'php-82.zip',
    'php-82.manifest.json',
    'php-82.sbom.json',
    'php-82.profile.tar.gz',
    'arns.md',
    'versions.json',
  ]);
  expect(JSON.parse(files.at(-1)?.content.toString() ?? '')).toEqual({ 'php-82': { 'eu-west-1': 10 } });
  expect(files.at(-2)?.content.toString()).toBe('### arm-php-82\n\n### php-82\n\nof the tenth attempt\n');
});

test.each([
  ['versions/versions-arm-php-82-1', /no ARNs of arm-php-82: its job has not published it/],
  ['layers/layers-php-82/php-82.sbom.json', /php-82.sbom.json is missing/],
  ['layers', /has no layer/],
])('without %s there is none', async (path, message) => {
  await rm(join(folder.path, path), { recursive: true });
  await expect(collect()).rejects.toThrow(message);
});

test('a draft is made with all files, and published at the end', async () => {
  await using server = await start();
  const github = connect(server);
  const files = await collect();
  const release = await draftRelease(
    github,
    repository,
    { tag: '2.3.44', commit: 'main' },
    files,
    silentLogger(),
  );
  expect(release).toMatchObject({ isDraft: true, url: `${server.url}/${name}/releases/tag/2.3.44` });
  const [made] = server.repository(name).releases;
  expect(made?.assets.map(({ name, digest }) => ({ name, digest }))).toEqual(
    files.map(({ name, digest }) => ({ name, digest })),
  );
  expect(await publishRelease(github, repository, '2.3.44')).toMatchObject({ isDraft: false });
  expect(server.violations).toEqual([]);
});

test('a draft that lacks a file, or has another one, is completed; what it has is not sent again', async () => {
  await using server = await start();
  const github = connect(server);
  const draft = (files: Awaited<ReturnType<typeof collect>>) =>
    draftRelease(github, repository, { tag: '2.3.44', commit: 'main' }, files, silentLogger());
  await draft((await collect()).slice(0, 3));
  await lay(folder.path, { 'layers/layers-arm-php-82/arm-php-82.zip': 'another zip' });
  await draft(await collect());
  const [made] = server.repository(name).releases;
  expect(new Map(made?.assets.map(({ name, digest }) => [name, digest]))).toEqual(
    new Map((await collect()).map(({ name, digest }) => [name, digest])),
  );
  expect(server.calls.filter((call) => call === 'repos/upload-release-asset')).toHaveLength(10);
  expect(server.repository(name).releases).toHaveLength(1);
});

test('a published release is left alone where it is whole, and never changed', async () => {
  await using server = await start();
  const github = connect(server);
  const draft = async () =>
    draftRelease(github, repository, { tag: '2.3.44', commit: 'main' }, await collect(), silentLogger());
  await draft();
  await publishRelease(github, repository, '2.3.44');
  await expect(draft()).resolves.toMatchObject({ isDraft: false });
  await publishRelease(github, repository, '2.3.44');
  await lay(folder.path, { 'layers/layers-php-82/php-82.zip': 'another zip' });
  await expect(draft()).rejects.toThrow(
    /2.3.44 is published, but php-82.zip is another file in it.*make a new tag/,
  );
});

test('what was never drafted cannot be published', async () => {
  await using server = await start();
  await expect(publishRelease(connect(server), repository, '2.3.44')).rejects.toThrow(
    /no release 2.3.44: run the job/,
  );
});

test("the major version's tag is made, and moves", async () => {
  await using server = await start();
  const { git } = server.repository(name);
  const first = git.head('heads/main') ?? '';
  expect(await moveMajorTag(connect(server), repository, '2.3.44', first)).toBe('v2');
  expect(git.head('tags/v2')).toBe(first);
  const second = git.commitFiles('main', { 'README.md': 'More' }, 'More');
  await moveMajorTag(connect(server), repository, '2.3.45', second);
  expect(git.head('tags/v2')).toBe(second);
  expect(server.violations).toEqual([]);
});

test('of the newest published release, or the one of a tag, the wanted files are fetched', async () => {
  await using server = await start();
  const github = connect(server);
  const into = join(folder.path, 'fetched');
  const endings = ['.manifest.json', 'versions.json'];
  expect(await fetchRelease(github, repository, { endings, folder: into })).toBeUndefined();
  await draftRelease(github, repository, { tag: '2.3.44', commit: 'main' }, await collect(), silentLogger());
  expect(await fetchRelease(github, repository, { endings, folder: into })).toBeUndefined();
  await publishRelease(github, repository, '2.3.44');
  const names = ['arm-php-82.manifest.json', 'php-82.manifest.json', 'versions.json'];
  expect(await fetchRelease(github, repository, { endings, folder: into })).toEqual(names);
  expect(JSON.parse(await readFile(join(into, 'versions.json'), 'utf8'))).toEqual({
    'php-82': { 'eu-west-1': 10 },
  });
  const of = (tag: string, ending: string) =>
    fetchRelease(github, repository, { tag, endings: [ending], folder: into });
  expect(await of('2.3.44', '.zip')).toEqual(['arm-php-82.zip', 'php-82.zip']);
  await expect(of('2.3.45', '.zip')).rejects.toThrow('There is no release 2.3.45.');
  await expect(of('2.3.44', '.exe')).rejects.toThrow(/2.3.44 has no file that ends in .exe/);
  expect(server.violations).toEqual([]);
});
