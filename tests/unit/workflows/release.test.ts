import { globSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { startPhpNet } from '../../stand-ins/php-net.ts';
import { readJobs, runStep } from './run-step.ts';
import { writeFiles } from './write-files.ts';

const support = { released: '2023-11-23', active: '2025-12-31', security: '2027-12-31', newerReleases: [] };
const announced = [
  { version: '8.3.10', date: '19 Nov 2026', isSecurity: true },
  { version: '8.3.9', date: '22 Oct 2026', isSecurity: false },
];

/**
 * Creates a checkout that pins PHP 8.3.10, with a layer of this release of PHP and the commands of this project.
 *
 * @param artifact folder of the downloaded layer
 */
async function makeCheckout(
  root: string,
  pinned: string,
  built: string,
  artifact = 'layers/layers-php-83',
): Promise<string> {
  const checkout = join(root, 'checkout');
  await mkdir(checkout);
  for (const part of ['package.json', 'lib', 'node_modules'])
    await symlink(resolve(part), join(checkout, part));
  const php = {
    name: 'php',
    feed: 'php',
    version: pinned,
    sha256: 'a'.repeat(64),
    urls: ['http://php.invalid/x'],
  };
  await writeFiles(checkout, {
    'php-83/sources.json': JSON.stringify({ artifacts: [php] }),
    'php-83/support.json': JSON.stringify(support),
    [`${artifact}/php-83.manifest.json`]: JSON.stringify({
      ...{ schema: 1, name: 'php-83', cpu: 'x86', zip: 'php-83.zip', size: 1, unzippedSize: 1 },
      ...{ codeSha256: `${'A'.repeat(43)}=`, files: [], metadata: { php: built } },
    }),
  });
  // A command finds the repository by its own path, and Node resolves symbolic links, so the command names the checkout.
  await writeFiles(checkout, {
    'tools/check-releases/main.ts': `process.argv.push('--suite', ${JSON.stringify(checkout)});\nawait import(${JSON.stringify(resolve('tools/check-releases/main.ts'))});\n`,
  });
  return checkout;
}

const refuse = 'Refuse a PHP that is behind a security release';
const plan = ['release', 'plan', refuse] as const;
const builtReleases = ['release', 'built-releases', refuse] as const;

test.each([
  ['the pins before the build', plan, '8.3.9', '8.3.10'],
  ['the PHP that was built', builtReleases, '8.3.10', '8.3.9'],
])('a release checks %s, and goes on only if told to', async (_what, step, pinned, built) => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  const checkout = await makeCheckout(folder.path, pinned, built);
  const run = (allowed: string) =>
    runStep(checkout, step, { VERSIONS: '83', PHP_URL: php.url, ALLOW_OUTDATED: allowed });
  await expect(run('')).rejects.toThrow(
    /PHP 8\.3\.9 \(.*\) is behind the security release 8\.3\.10 \(2026-11-19\)/,
  );
  await expect(run('false')).rejects.toThrow('is behind the security release');
  expect((await run('true')).summary).toMatch(/\| 8\.3\.9 .*\| no +\|/);
});

test.each([
  ['the pins', plan],
  ['the PHP that was built', builtReleases],
])('a release goes on if %s has every security fix', async (_what, step) => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  const checkout = await makeCheckout(folder.path, '8.3.10', '8.3.10');
  const { summary } = await runStep(checkout, step, { VERSIONS: '', PHP_URL: php.url, ALLOW_OUTDATED: '' });
  expect(summary).toMatch(/\| 8\.3\.10 .*\| yes +\|/);
});

// actions/download-artifact puts a single artifact into `path`, and several into a folder each.
const onlyArtifact = 'layers';

test('a release of a single build checks the PHP that was built', async () => {
  await using folder = await temporaryFolder();
  await using php = await startPhpNet(announced);
  const checkout = await makeCheckout(folder.path, '8.3.10', '8.3.9', onlyArtifact);
  await expect(runStep(checkout, builtReleases, { PHP_URL: php.url, ALLOW_OUTDATED: '' })).rejects.toThrow(
    'PHP 8.3.9 (layers/php-83.manifest.json) is behind the security release 8.3.10',
  );
});

test.each(['digests/images.json', 'digests/digests-php-83/images.json'])(
  'the images are combined from %s',
  async (path) => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { [path]: '{}' });
    const commands =
      readJobs('release')
        ['combine-images']?.steps?.map(({ run = '' }) => run)
        .join('\n') ?? '';
    const pattern = /--combine '([^']+)'/.exec(commands)?.[1] ?? '';
    expect(globSync(pattern, { cwd: folder.path })).toEqual([path]);
  },
);

test('both checks read the same switches, and publishing needs both', () => {
  const jobs = readJobs('release');
  const expression = (text: string) => `\${{ ${text} }}`;
  const expected = {
    PHP_URL: expression('vars.PHP_RELEASES_URL'),
    ALLOW_OUTDATED: expression('inputs.dry-run || inputs.allow-outdated || vars.ALLOW_OUTDATED'),
  };
  for (const [, job, name] of [plan, builtReleases]) {
    const step = jobs[job]?.steps?.find((candidate) => candidate.name === name);
    expect(step?.env).toMatchObject(expected);
  }
  const publish = jobs.publish as { readonly needs: readonly string[]; readonly if: string } | undefined;
  expect(publish?.needs).toEqual(expect.arrayContaining(['plan', 'built-releases']));
  expect(publish?.if).toContain("needs.built-releases.result == 'success'");
});
