import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { writeManifests } from '../../unit/tools/catalogue/fixture.ts';
import { account, runCatalogue } from './site.ts';

async function prepare(content: string) {
  const folder = await temporaryFolder();
  const versions = join(folder.path, 'versions.json');
  await writeFile(versions, content);
  await writeManifests(folder.path, ['php-82']);
  const output = join(folder.path, 'site');
  const args = ['--versions', versions, '--manifests', folder.path, '--account', account, '--output', output];
  return { folder, versions, output, args };
}

test('a layer without a manifest is in the page, with a warning', async () => {
  const { folder, output, args } = await prepare('{"php-82": {"eu-west-3": 7}, "php-83": {"eu-west-3": 1}}');
  await using _folder = folder;
  const { exitCode, stdout, stderr } = await runCatalogue(args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(
    /^Warning: php-83 has no manifest in .*\n.*index.html: 2 layers in 1 regions, \d+ bytes\.\n$/,
  );
  expect(await readdir(output)).toEqual(['index.html']);
  expect(await readFile(join(output, 'index.html'), 'utf8')).toContain('layer:php-83:1');
});

test.each([
  [
    'versions that are not JSON',
    '{',
    [],
    'versions.json is not JSON. It must be versions.json of publish-layer.',
  ],
  ['versions without a layer', '[]', [], 'versions.json contains no layer'],
  ['a missing file', '{}', ['--versions', '/nowhere.json'], '/nowhere.json cannot be read'],
  [
    'a missing folder',
    '{"php-82": {"eu-west-3": 7}}',
    ['--manifests', '/nowhere'],
    '/nowhere cannot be read',
  ],
  ['an invalid account', '{}', ['--account', '42'], '--account must have 12 digits; got "42".'],
  ['an unknown option', '{}', ['--acount', '42'], "Unknown option '--acount'"],
])('%s: the command fails with one message', async (_case, content, more, message) => {
  const { folder, args } = await prepare(content);
  await using _folder = folder;
  const { exitCode, stderr } = await runCatalogue([...args, ...more]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^Error: /);
  expect(await readdir(folder.path)).not.toContain('site');
});

test('--help shows the usage', async () => {
  expect((await runCatalogue(['--help'])).stdout).toContain('Usage: npm run catalogue -- --versions <file>');
});
