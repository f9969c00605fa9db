import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runBundle } from '../helpers/run-bundle.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Each test does what a recipe of CONTRIBUTING.md says. */
const suite = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What a build reads of the suite, as a contributor's checkout has it. */
async function checkOut(folder: string): Promise<void> {
  for (const name of [
    ...[
      'Makefile',
      'package.json',
      'package-lock.json',
      'bases',
      'images',
      'keys',
      'layers',
      'php',
      'php-82',
    ],
    ...['policies', 'training', 'utils'],
  ]) {
    await cp(join(suite, name), join(folder, name), { recursive: true });
  }
  // Archives that were fetched once need not be fetched again.
  const sources = '.cache/sources';
  await mkdir(join(folder, sources), { recursive: true });
  for (const name of await readdir(join(suite, sources)).catch(() => [])) {
    await cp(join(suite, sources, name), join(folder, sources, name));
  }
}

/** Copies a version's folder and replaces the number. The sources stay: no later PHP can be had without php.net. */
async function addVersion(folder: string, from: string, to: string): Promise<void> {
  const [copied, added] = [join(folder, `php-${from}`), join(folder, `php-${to}`)];
  await cp(copied, added, { recursive: true });
  const dockerfile = join(added, 'Dockerfile');
  const dotted = (digits: string) => digits.split('').join('.');
  const text = await readFile(dockerfile, 'utf8');
  expect(text).toContain(`PHP ${dotted(from)}`);
  await writeFile(dockerfile, text.replaceAll(`PHP ${dotted(from)}`, `PHP ${dotted(to)}`));
}

test('copying a folder and replacing the number is all that a new version takes', {
  timeout: 900_000,
}, async () => {
  await using folder = await temporaryFolder();
  await checkOut(folder.path);
  await addVersion(folder.path, '82', '86');

  const { stdout } = await run('make', ['help'], { cwd: folder.path });
  expect(stdout).toContain('Versions: 82 86');

  const built = await runBundle({
    action: 'build-php',
    folder: folder.path,
    inputs: { 'php-version': '86', profile: 'quick', until: 'configured' },
  });
  expect(built.stderr).toBe('');
  expect(built.outputs).toMatchObject({ php: '8.2.32', layers: '' });
  expect(built.stdout).toContain('Configure PHP 8.2.32 (quick, x86, ');
});

test('a version is dropped by deleting its folder', async () => {
  await using folder = await temporaryFolder();
  await checkOut(folder.path);
  await addVersion(folder.path, '82', '86');
  await rm(join(folder.path, 'php-82'), { recursive: true });
  const { stdout } = await run('make', ['help'], { cwd: folder.path });
  expect(stdout).toContain('Versions: 86');
  const refused = await runBundle({
    action: 'build-php',
    folder: folder.path,
    inputs: { 'php-version': '82', profile: 'quick' },
  });
  expect(refused.stdout + refused.stderr).toMatch(/"php-version" must be .*86.*; got "82"/);
});

test('an extension of PHP itself is added by its flag; one that PHP does not have is named', {
  timeout: 900_000,
}, async () => {
  await using folder = await temporaryFolder();
  await checkOut(folder.path);
  const dockerfile = join(folder.path, 'php-82/Dockerfile');
  const before = await readFile(dockerfile, 'utf8');
  const configure = async (flag: string) => {
    await writeFile(
      dockerfile,
      before.replace('    --enable-bcmath ', `    ${flag} \\\n    --enable-bcmath `),
    );
    return runBundle({
      action: 'build-php',
      folder: folder.path,
      inputs: { 'php-version': '82', profile: 'quick', until: 'configured' },
    });
  };
  const added = await configure('--enable-calendar');
  expect(added.stderr).toBe('');
  expect(added.exitCode).toBe(0);
  const misspelt = await configure('--enable-calender');
  expect(misspelt.exitCode).toBe(1);
  expect(misspelt.stderr).toContain('--enable-calender');
});

test('a region is added by its line in regions.json, and building the bundle', async () => {
  await using folder = await temporaryFolder();
  for (const name of ['actions', 'lib', 'package.json', 'policies', 'rolldown.config.ts']) {
    await cp(join(suite, name), join(folder.path, name), { recursive: true });
  }
  await symlink(join(suite, 'node_modules'), join(folder.path, 'node_modules'));
  const regions = JSON.parse(await readFile(join(suite, 'lib/aws/regions.json'), 'utf8')) as object[];
  const region = { name: 'eu-south-9', partition: 'aws', optIn: true, bref: true, paused: false };
  await writeFile(join(folder.path, 'lib/aws/regions.json'), JSON.stringify([...regions, region]));
  await run(process.execPath, [join(suite, 'node_modules/rolldown/bin/cli.mjs'), '-c'], { cwd: folder.path });
  const publish = (checkout: string) =>
    run(process.execPath, [join(checkout, 'actions/publish-layer/dist/index.js')], {
      env: { ...process.env, INPUT_LAYERS: 'nothing.zip', INPUT_REGIONS: 'eu-south-9' },
    }).catch(({ stderr }: { stderr: string }) => ({ stderr }));
  expect((await publish(suite)).stderr).toContain('"eu-south-9"');
  expect((await publish(folder.path)).stderr).not.toContain('eu-south-9');
});
