import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createGitHub } from '#lib/github/client.ts';
import { draftRelease, publishRelease } from '../../../tools/release/draft.ts';
import { fetchRelease } from '../../../tools/release/fetch.ts';
import { collectFiles } from '../../../tools/release/files.ts';
import { moveMajorTag } from '../../../tools/release/tag.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { type GitHubServer, type GitHubSetUp, startGitHub } from '../../stand-ins/github/server.ts';

const repository = { owner: 'brefphp', repo: 'aws-lambda-layers' };
const name = 'brefphp/aws-lambda-layers';

function start(setUp: Partial<GitHubSetUp> = {}) {
  return startGitHub({
    repositories: [{ name, files: { 'README.md': 'Layers' } }],
    tokens: { secret: { repositories: [name], mayWrite: true } },
    ...setUp,
  });
}

function connect(server: GitHubServer) {
  return createGitHub({ token: 'secret', apiUrl: server.url, log: silentLogger(), msPerSecond: 1 });
}

/** Writes files below a folder, in the layout of downloaded artifacts. */
async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
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
  await writeFiles(folder.path, artifacts);
  return () => folder[Symbol.asyncDispose]();
});

function collect() {
  return collectFiles(join(folder.path, 'layers'), join(folder.path, 'versions'));
}

test('collects zips, manifests, SBOMs, PGO profiles, and the ARNs and layer versions of the newest attempt', async () => {
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

test('collects the files of a single build, whose artifact is not in a folder of its own', async () => {
  await rm(join(folder.path, 'layers'), { recursive: true });
  await writeFiles(folder.path, {
    'layers/php-82.zip': 'zip of 82',
    'layers/php-82.manifest.json': '{}',
    'layers/php-82.sbom.json': '{}',
    'layers/php-82.profile.tar.gz': 'counters',
  });
  expect((await collect()).map((file) => file.name)).toEqual([
    'php-82.zip',
    'php-82.manifest.json',
    'php-82.sbom.json',
    'php-82.profile.tar.gz',
    'arns.md',
    'versions.json',
  ]);
});

test.each([
  ['versions/versions-arm-php-82-1', /contains no ARNs of arm-php-82, because its job has not published it/],
  ['layers/layers-php-82/php-82.sbom.json', /php-82.sbom.json is missing/],
  ['layers', /contains no layer/],
])('rejects artifacts without %s', async (path, message) => {
  await rm(join(folder.path, path), { recursive: true });
  await expect(collect()).rejects.toThrow(message);
});

test('drafts a release with all files and publishes it', async () => {
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
  const [drafted] = server.repository(name).releases;
  expect(drafted?.assets.map(({ name, digest }) => ({ name, digest }))).toEqual(
    files.map(({ name, digest }) => ({ name, digest })),
  );
  expect(await publishRelease(github, repository, '2.3.44')).toMatchObject({ isDraft: false });
  expect(server.violations).toEqual([]);
});

test('completes a draft and uploads only missing and changed files', async () => {
  await using server = await start();
  const github = connect(server);
  const draft = (files: Awaited<ReturnType<typeof collect>>) =>
    draftRelease(github, repository, { tag: '2.3.44', commit: 'main' }, files, silentLogger());
  await draft((await collect()).slice(0, 3));
  await writeFiles(folder.path, { 'layers/layers-arm-php-82/arm-php-82.zip': 'another zip' });
  await draft(await collect());
  const [drafted] = server.repository(name).releases;
  expect(new Map(drafted?.assets.map(({ name, digest }) => [name, digest]))).toEqual(
    new Map((await collect()).map(({ name, digest }) => [name, digest])),
  );
  expect(server.calls.filter((call) => call === 'repos/upload-release-asset')).toHaveLength(10);
  expect(server.repository(name).releases).toHaveLength(1);
});

test('never changes a published release, and accepts it if it is complete', async () => {
  await using server = await start();
  const github = connect(server);
  const draft = async () =>
    draftRelease(github, repository, { tag: '2.3.44', commit: 'main' }, await collect(), silentLogger());
  await draft();
  await publishRelease(github, repository, '2.3.44');
  await expect(draft()).resolves.toMatchObject({ isDraft: false });
  await publishRelease(github, repository, '2.3.44');
  await writeFiles(folder.path, { 'layers/layers-php-82/php-82.zip': 'another zip' });
  await expect(draft()).rejects.toThrow(/2.3.44 is published and has another php-82.zip.*Push a new tag/);
});

test('refuses to publish a release without a draft', async () => {
  await using server = await start();
  await expect(publishRelease(connect(server), repository, '2.3.44')).rejects.toThrow(
    /Release 2.3.44 does not exist. First run the job/,
  );
});

test('creates and moves the tag of the major version', async () => {
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

test('downloads files of the newest published release or of the release of a tag', async () => {
  await using server = await start();
  const github = connect(server);
  const target = join(folder.path, 'fetched');
  const endings = ['.manifest.json', 'versions.json'];
  expect(await fetchRelease(github, repository, { endings, folder: target })).toBeUndefined();
  await draftRelease(github, repository, { tag: '2.3.44', commit: 'main' }, await collect(), silentLogger());
  expect(await fetchRelease(github, repository, { endings, folder: target })).toBeUndefined();
  await publishRelease(github, repository, '2.3.44');
  const names = ['arm-php-82.manifest.json', 'php-82.manifest.json', 'versions.json'];
  expect(await fetchRelease(github, repository, { endings, folder: target })).toEqual(names);
  expect(JSON.parse(await readFile(join(target, 'versions.json'), 'utf8'))).toEqual({
    'php-82': { 'eu-west-1': 10 },
  });
  const fetchFrom = (tag: string, ending: string) =>
    fetchRelease(github, repository, { tag, endings: [ending], folder: target });
  expect(await fetchFrom('2.3.44', '.zip')).toEqual(['arm-php-82.zip', 'php-82.zip']);
  await expect(fetchFrom('2.3.45', '.zip')).rejects.toThrow(
    'Release 2.3.45 does not exist or is not published.',
  );
  await expect(fetchFrom('2.3.44', '.exe')).rejects.toThrow(/2.3.44 has no file whose name ends in .exe/);
  expect(server.violations).toEqual([]);
});
