import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { serve } from '../../stand-ins/file-server.ts';
import { startPhpNet } from '../../stand-ins/php-net.ts';

const announced = [
  { version: '8.4.3', date: '19 Nov 2026', isSecurity: false },
  { version: '8.3.11', date: '19 Nov 2026', isSecurity: false },
  { version: '8.3.10', date: '22 Oct 2026', isSecurity: true },
  { version: '8.4.2', date: '24 Sep 2026', isSecurity: true },
];

/** Creates a suite with these pins of PHP, by folder. */
async function makeSuite(suite: string, pins: Readonly<Record<string, string>>): Promise<void> {
  const dates = { released: '2023-11-23', active: '2025-12-31', security: '2027-12-31', newerReleases: [] };
  for (const [folder, version] of Object.entries(pins)) {
    const php = { name: 'php', feed: 'php', version, sha256: 'a'.repeat(64), urls: ['http://php.invalid/x'] };
    await mkdir(join(suite, folder));
    await writeFile(join(suite, folder, 'sources.json'), JSON.stringify({ artifacts: [php] }));
    await writeFile(join(suite, folder, 'support.json'), JSON.stringify(dates));
  }
}

interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function check(suite: string, php: string, ...args: readonly string[]): Promise<Result> {
  const { GITHUB_ACTIONS: _actions, GITHUB_STEP_SUMMARY: _summary, ...env } = process.env;
  return new Promise((done) => {
    const words = ['tools/check-releases/main.ts', '--suite', suite, '--php', php, ...args];
    const child = execFile(
      process.execPath,
      words,
      { env: { ...env, NO_COLOR: '1' } },
      (_error, stdout, stderr) => done({ exitCode: child.exitCode, stdout, stderr }),
    );
  });
}

test('accepts pins that have every security fix, even if a newer release fixes other bugs', async () => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  await makeSuite(folder.path, { 'php-83': '8.3.10', 'php-84': '8.4.2' });
  const { exitCode, stdout, stderr } = await check(folder.path, php.url);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/\| 8\.3\.10 \| php-83\/sources\.json \| 8\.3\.11 \| 2027-12-31 +\| yes +\|/);
});

test('refuses a pin behind a security release, also if a later release fixes other bugs, and names the way on', async () => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  await makeSuite(folder.path, { 'php-83': '8.3.9', 'php-84': '8.4.3' });
  const { exitCode, stdout, stderr } = await check(folder.path, php.url);
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    'Error: PHP 8.3.9 (php-83/sources.json) is behind the security release 8.3.10 (2026-10-22). ' +
      'Run `npm run upgrade`, merge the new pins, and release again.\n',
  );
  expect(stdout).toContain('the input "allow-outdated", or the variable ALLOW_OUTDATED of the repository');
});

test('checks only the wanted versions', async () => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  await makeSuite(folder.path, { 'php-83': '8.3.9', 'php-84': '8.4.3' });
  expect(await check(folder.path, php.url, '--versions', '84')).toMatchObject({ exitCode: 0 });
  expect((await check(folder.path, php.url, '--versions', '82')).stderr).toContain(
    '--versions must be some of 83, 84; got "82".',
  );
});

test('refuses a pre-release', async () => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  await makeSuite(folder.path, { 'php-84': '8.4.3RC1' });
  const { exitCode, stderr } = await check(folder.path, php.url);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'PHP 8.4.3RC1 (php-84/sources.json) is a pre-release, and only releases are published.',
  );
});

test('only warns if outdated releases are allowed, even if php.net is down', async () => {
  await using folder = await temporaryFolder();
  await using down = await serve((_request, response) => response.writeHead(503).end());
  await makeSuite(folder.path, { 'php-83': '8.3.9' });
  const { exitCode, stdout, stderr } = await check(folder.path, down.url, '--allow-outdated', 'true');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('Warning: It is unknown whether PHP 8.3.9');
});

test.each([
  ['is down', 503, '', 'cannot be read.\n  caused by: The server responded with 503'],
  ['serves another page', 200, '<html>', 'did not return JSON.'],
  ['lost the branch', 200, '{"error":"Unknown version"}', 'announces no release of PHP 8.3.'],
])(
  'refuses to publish if php.net %s, and names the address and the way on',
  async (_case, status, body, reason) => {
    await using folder = await temporaryFolder();
    await using server = await serve((_request, response) => response.writeHead(status).end(body));
    await makeSuite(folder.path, { 'php-83': '8.3.11' });
    const { exitCode, stdout, stderr } = await check(folder.path, server.url);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'Error: It is unknown whether PHP 8.3.11 (php-83/sources.json) has all security fixes',
    );
    expect(stderr).toContain(`${server.url}/releases/index.php`);
    expect(stderr).toContain(reason);
    // Before the cause, which may have several lines.
    expect(stderr).toContain(
      'name a mirror of php.net with --php (the variable PHP_RELEASES_URL of the repository). The cause: ',
    );
    expect(stdout).toContain('To publish anyway');
  },
);

test('checks the PHP that was built, which may be a substitute', async () => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  await makeSuite(folder.path, { 'php-83': '8.3.11' });
  const writeManifest = (name: string, metadata: object | null) =>
    writeFile(
      join(folder.path, `${name}.manifest.json`),
      JSON.stringify({
        ...{ schema: 1, name, cpu: 'any', zip: `${name}.zip`, size: 1, unzippedSize: 1 },
        ...{ codeSha256: `${'A'.repeat(43)}=`, files: [], metadata },
      }),
    );
  await writeManifest('console', null);
  const args = ['--manifests', join(folder.path, '*.manifest.json')];
  expect((await check(folder.path, php.url, ...args)).stderr).toContain(
    'must match the manifest of a layer with PHP',
  );
  await writeManifest('php-83', { php: '8.3.9' });
  const { exitCode, stderr } = await check(folder.path, php.url, ...args);
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    `Error: PHP 8.3.9 (${join(folder.path, 'php-83.manifest.json')}) is behind the security release 8.3.10 (2026-10-22). ` +
      'If sources.json pins a newer release, the build could not download it: build again. Otherwise, run `npm run upgrade`, ' +
      'merge the new pins, and release again.\n',
  );
});

test('rejects another value of --allow-outdated', async () => {
  const { exitCode, stderr } = await check('.', 'http://php.invalid', '--allow-outdated', 'yes');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'Error: --allow-outdated must be true or false; got "yes".\n',
  });
});

test('writes the table to the job summary, and GitHub annotations', async () => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  await makeSuite(folder.path, { 'php-83': '8.3.9' });
  const summary = join(folder.path, 'summary.md');
  const words = ['tools/check-releases/main.ts', '--suite', folder.path, '--php', php.url];
  const env = { ...process.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
  const stdout = await new Promise((done) =>
    execFile(process.execPath, words, { env }, (_error, text) => done(text)),
  );
  expect(stdout).toContain('::error::PHP 8.3.9 (php-83/sources.json) is behind the security release');
  expect(await readFile(summary, 'utf8')).toMatch(/\| 8\.3\.9 \|.*\| no +\|/);
});
