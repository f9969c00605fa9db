import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  affectedVersions,
  choose,
  planBuilds,
  planPublications,
  readTag,
} from '../../../tools/plan-jobs/jobs.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const versions = ['82', '83', '84'];

test.each([
  [['php-83/Dockerfile'], ['83']],
  [['php-83/support.json'], []],
  [
    ['php-83/sources.json', 'php-84/Dockerfile', 'README.md'],
    ['83', '84'],
  ],
  [['php-83/Dockerfile', 'php/runtime/function/bootstrap'], versions],
  [['actions/build-php/src/run.ts'], versions],
  [['lib/zip/zip.ts'], versions],
  [['package-lock.json'], versions],
  [['.github/workflows/tests.yml'], versions],
  [['.github/workflows/build-layers.yml'], versions],
  [['a-new-folder/file'], versions],
  [
    [
      'docs/performance.md',
      'php/dev-image/entrypoint.sh',
      'tests/unit/a.test.ts',
      'tests/al2023/steps.ts',
      'tests/binaries/pins/debian-8.6.json',
      'tests/rehearsal/act.ts',
      'actions/build-php/tests/inputs.test.ts',
      'actions/publish-layer/src/run.ts',
    ],
    [],
  ],
  [['.github/workflows/release.yml', '.github/workflows/upgrade.yml', 'LICENSE'], []],
  [['php-81/Dockerfile'], []],
  [[], []],
])('plans for a change of %j the versions %j', (files, expected) => {
  expect(affectedVersions(files, versions)).toEqual(expected);
});

test('plans a build of each version for each CPU, and the console layer once', () => {
  expect(planBuilds(['82', '83'], ['x86', 'arm'])).toEqual([
    { php: '82', cpu: 'x86', prefix: '', runner: 'ubuntu-24.04', console: true },
    { php: '82', cpu: 'arm', prefix: 'arm-', runner: 'ubuntu-24.04-arm', console: false },
    { php: '83', cpu: 'x86', prefix: '', runner: 'ubuntu-24.04', console: false },
    { php: '83', cpu: 'arm', prefix: 'arm-', runner: 'ubuntu-24.04-arm', console: false },
  ]);
  expect(planBuilds(['82', '83'], ['arm']).map(({ console }) => console)).toEqual([true, false]);
  expect(planBuilds([], ['x86'])).toEqual([]);
});

test('publishes every layer once, from the artifact of its build', () => {
  const publications = planPublications(planBuilds(['82', '83'], ['x86', 'arm']));
  expect(publications.map(({ layer, artifact }) => `${layer} of ${artifact}`)).toEqual([
    'php-82 of layers-php-82',
    'php-82-fpm of layers-php-82',
    'console of layers-php-82',
    'arm-php-82 of layers-arm-php-82',
    'arm-php-82-fpm of layers-arm-php-82',
    'php-83 of layers-php-83',
    'php-83-fpm of layers-php-83',
    'arm-php-83 of layers-arm-php-83',
    'arm-php-83-fpm of layers-arm-php-83',
  ]);
});

describe('choose', () => {
  test.each([
    ['', versions],
    ['83', ['83']],
    ['84, 82', ['82', '84']],
  ])('selects from %j', (list, expected) => {
    expect(choose('--versions', list, versions)).toEqual(expected);
  });

  test.each([['81'], ['82 8.3']])('rejects %j', (list) => {
    expect(() => choose('--versions', list, versions)).toThrow(
      /--versions must be some of 82, 83, 84; got "8/,
    );
  });

  test('rejects an empty set of items, because a matrix must not be empty', () => {
    expect(() => choose('--versions', '', [])).toThrow('--versions must be some of (none)');
  });
});

test.each(['2.3.44', '0.0.1', '10.20.30'])('accepts the tag %s', (tag) => {
  expect(readTag(tag)).toBe(tag);
});

test.each(['v2', 'v2.3.44', '2.3', '2.3.44-rc1', '02.3.44', 'latest', ''])('rejects the tag %j', (tag) => {
  expect(() => readTag(tag)).toThrow(/must be three numbers such as 2.3.44/);
});

test('leaves out a version that pins a pre-release, unless it is named', async () => {
  await using folder = await temporaryFolder();
  for (const [php, version] of [
    ['php-85', '8.5.11'],
    ['php-86', '8.6.0RC2'],
  ] as const) {
    const pin = {
      name: 'php',
      feed: 'php',
      version,
      sha256: 'a'.repeat(64),
      urls: ['https://php.invalid/x'],
    };
    await mkdir(join(folder.path, php));
    await writeFile(join(folder.path, php, 'sources.json'), JSON.stringify({ artifacts: [pin] }));
  }
  const { GITHUB_OUTPUT: _output, ...env } = process.env;
  const plan = (...words: readonly string[]) =>
    spawnSync(process.execPath, [resolve('tools/plan-jobs/main.ts'), ...words], {
      ...{ cwd: folder.path, encoding: 'utf8', env },
    });
  const { stdout, stderr } = plan();
  expect(stdout).toContain('\nversions=85\n');
  expect(stderr).toBe(
    'php-86 is left out, because it pins the pre-release 8.6.0RC2. Name it with --versions.\n',
  );
  expect(plan('--versions', '86').stdout).toContain('\nversions=86\n');
});
