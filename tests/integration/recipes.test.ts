import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runBundle } from '../fixtures/run-bundle.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

// Each test follows a recipe of .github/CONTRIBUTING.md in a copy of the repository. The names are the recipes' titles.

const repository = resolve(import.meta.dirname, '../..');
const builds = { timeout: 900_000 };

/** Copies the files that Git tracks or would track, and the downloaded sources. */
async function copyRepository(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await temporaryFolder();
  const { stdout } = await promisify(execFile)(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: repository, maxBuffer: 10_000_000 },
  );
  for (const name of stdout.split('\0').filter((line) => line !== '')) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    // A deleted file may still be in the index.
    await cp(join(repository, name), join(folder.path, name), { verbatimSymlinks: true }).catch(() => {});
  }
  const sources = '.cache/sources';
  await mkdir(join(folder.path, sources), { recursive: true });
  for (const name of await readdir(join(repository, sources)).catch(() => [])) {
    await cp(join(repository, sources, name), join(folder.path, sources, name));
  }
  await symlink(join(repository, 'node_modules'), join(folder.path, 'node_modules'));
  return folder;
}

interface Result {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a program in a copy of the repository. The output contains stdout and stderr. */
function runIn(folder: string, program: string, ...args: readonly string[]): Promise<Result> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  return new Promise((done) => {
    const child = execFile(
      program,
      [...args],
      { cwd: folder, env, maxBuffer: 100_000_000 },
      (_error, stdout, stderr) => done({ exitCode: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}

const node = (folder: string, ...args: readonly string[]) => runIn(folder, process.execPath, ...args);
const runUnitTests = (folder: string, ...args: readonly string[]) =>
  node(folder, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...args);
const checkTypes = (folder: string) => node(folder, 'node_modules/typescript/bin/tsc');
const runBundler = (folder: string) => node(folder, 'node_modules/rolldown/bin/cli.mjs', '-c');
const runAction = (folder: string, ...args: readonly string[]) =>
  node(folder, 'tools/run-action/main.ts', ...args);

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
}

/** Adds a copy of the folder of PHP 8.2. It keeps the sources of PHP 8.2, because a later PHP would be a download. */
async function addVersion(folder: string, version: string): Promise<void> {
  const added = join(folder, `php-${version}`);
  await cp(join(folder, 'php-82'), added, { recursive: true });
  await edit(join(added, 'Dockerfile'), (text) => text.replace('8.2', '8.7'));
}

function configure(folder: string, version: string, others: Readonly<Record<string, string>> = {}) {
  const inputs = { 'php-version': version, profile: 'quick', until: 'configured', ...others };
  return runBundle({ action: 'build-php', folder, inputs });
}

describe('Add a PHP version', () => {
  test('a copied folder is rejected until it is upgraded, and can be configured', builds, async () => {
    await using folder = await copyRepository();
    await addVersion(folder.path, '87');
    const rejected = await configure(folder.path, '87');
    expect(rejected).toMatchObject({ exitCode: 1 });
    expect(rejected.stderr).toMatch(
      /php-87\/sources\.json pins PHP 8\.2\.\d+, but the folder is for PHP 8\.7\./,
    );
    // The input "folder" accepts any release. It stands in for the upgrade, which would download PHP 8.7.
    const { exitCode, stdout, stderr, outputs } = await configure(folder.path, '87', { folder: 'php-87' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(outputs).toMatchObject({ php: expect.stringMatching(/^8\.2\.\d+$/), layers: '' });
    expect(stdout).toMatch(/Configure PHP 8\.2\.\d+ \(quick, x86, /);
  });

  test('a folder without support dates is rejected', async () => {
    await using folder = await copyRepository();
    await rm(join(folder.path, 'php-83/support.json'));
    const rejected = await configure(folder.path, '83');
    expect(rejected).toMatchObject({ exitCode: 1 });
    expect(rejected.stderr).toContain(
      'php-83/support.json is missing. Each PHP version states until when it is supported',
    );
  });

  test('the Makefile and the plan of the workflows list it, and a test asks for its support dates', async () => {
    await using folder = await copyRepository();
    await addVersion(folder.path, '87');
    expect((await runIn(folder.path, 'make', 'help')).output).toMatch(/Versions: .*82.* 87\n/);
    expect((await node(folder.path, 'tools/plan-jobs/main.ts')).output).toContain('{"php":"87","cpu":"arm"');

    const facts = 'tests/unit/tools/catalogue/facts.test.ts';
    const copied = await runUnitTests(folder.path, facts);
    expect(copied.exitCode).toBe(1);
    expect(copied.output).toContain('no folder has the dates of its copy');
    const support = join(folder.path, 'php-87/support.json');
    await writeFile(
      support,
      JSON.stringify({
        ...{ released: '2027-11-25', active: '2029-12-31', security: '2031-12-31' },
        newerReleases: [],
      }),
    );
    expect((await node(folder.path, 'tools/update-readmes/main.ts')).exitCode).toBe(0);
    expect(await readFile(join(folder.path, 'docs/layers.md'), 'utf8')).toContain(
      '| PHP 8.7 | `php-87` | 2027-11-25',
    );
    expect(await runUnitTests(folder.path, facts)).toMatchObject({ exitCode: 0 });
  });

  test('a version is dropped by deleting its folder', async () => {
    await using folder = await copyRepository();
    await rm(join(folder.path, 'php-82'), { recursive: true });
    expect((await runIn(folder.path, 'make', 'help')).output).toContain('Versions: 83');
    const inputs = { 'php-version': '82', profile: 'quick' };
    const rejected = await runBundle({ action: 'build-php', folder: folder.path, inputs });
    expect(rejected.exitCode).toBe(1);
    expect(rejected.stdout + rejected.stderr).toMatch(/"php-version" must be .*83.*; got "82"/);
  });
});

describe('Add an extension', () => {
  test('a flag adds an extension, and a wrong flag is named', builds, async () => {
    await using folder = await copyRepository();
    const dockerfile = join(folder.path, 'php-82/Dockerfile');
    const before = await readFile(dockerfile, 'utf8');
    const configureWith = async (flag: string) => {
      const after = before.replace('    --enable-bcmath ', `    ${flag} \\\n    --enable-bcmath `);
      expect(after).not.toBe(before);
      await writeFile(dockerfile, after);
      return configure(folder.path, '82');
    };
    expect(await configureWith('--enable-calendar')).toMatchObject({ exitCode: 0, stderr: '' });
    const misspelled = await configureWith('--enable-calender');
    expect(misspelled.exitCode).toBe(1);
    expect(misspelled.stderr).toContain('--enable-calender');
  });
});

describe('Add a region, or pause one', () => {
  const region = { name: 'eu-south-9', partition: 'aws', optIn: true, bref: true, paused: false };

  test('publish-layer knows a region after its line was added and the bundle was built', async () => {
    await using folder = await copyRepository();
    const publish = () => runAction(folder.path, 'publish-layer', 'layers=nothing.zip', 'regions=eu-south-9');
    expect((await publish()).output).toContain('"eu-south-9"');
    const { paused: _missing, ...incomplete } = region;
    const addRegion = (added: object) => (text: string) =>
      JSON.stringify([...(JSON.parse(text) as object[]), added]);
    const list = join(folder.path, 'lib/aws/regions.json');
    const before = await readFile(list, 'utf8');
    await edit(list, addRegion(incomplete));
    expect((await checkTypes(folder.path)).output).toMatch(/^lib\/aws\/regions\.ts.* error/m);
    await writeFile(list, addRegion(region)(before));
    expect(await checkTypes(folder.path)).toEqual({ exitCode: 0, output: '' });
    expect(await runBundler(folder.path)).toMatchObject({ exitCode: 0 });
    expect((await publish()).output).not.toContain('eu-south-9');
    // Tests have fixed lists of regions, so that none has to be edited.
    expect(await runUnitTests(folder.path, 'tests/unit/tools/catalogue')).toMatchObject({ exitCode: 0 });
  });
});

describe('Add an input', () => {
  test('an input is read, documented and validated', async () => {
    await using folder = await copyRepository();
    const action = join(folder.path, 'actions/package-layer');
    await edit(join(action, 'action.yml'), (text) =>
      text.replace(
        /^inputs:\n/m,
        'inputs:\n  color:\n    description: Color of the layer.\n    default: red\n',
      ),
    );
    await edit(join(action, 'src/inputs.ts'), (text) =>
      text
        .replace(
          /^export function readInputs\(.*\{\n/m,
          "$&  const color = readColor('color', ['red', 'blue']);\n",
        )
        .replace(/^ {2}return \{\n/m, '$&    color,\n')
        .replace(/^export interface Inputs .*\{\n/m, '$&  readonly color: string;\n')
        .replace(/^/, "import { oneOf as readColor } from '#lib/node/inputs.ts';\n"),
    );

    expect((await checkTypes(folder.path)).output).toMatch(/^tests\/fixtures\/package-inputs\.ts.* error/m);
    await edit(join(folder.path, 'tests/fixtures/package-inputs.ts'), (text) =>
      text.replace(/^( +)path[:,]/m, "$1color: 'red',\n$&"),
    );
    expect(await checkTypes(folder.path)).toEqual({ exitCode: 0, output: '' });

    const check = () => node(folder.path, 'tools/update-readmes/main.ts', '--check');
    expect(await check()).toMatchObject({ exitCode: 1 });
    expect(await node(folder.path, 'tools/update-readmes/main.ts')).toMatchObject({ exitCode: 0 });
    expect(await check()).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(action, 'README.md'), 'utf8')).toMatch(/color.*Color of the layer\./);

    expect(await runBundler(folder.path)).toMatchObject({ exitCode: 0 });
    expect((await runAction(folder.path, 'package-layer', '--help')).output).toContain('Color of the layer.');
    const packageLayer = (...inputs: readonly string[]) =>
      runAction(folder.path, 'package-layer', 'path=nothing', 'name=layer', 'cpu=any', ...inputs);
    expect((await packageLayer('color=green')).output).toContain(
      'Input "color" must be one of red, blue; got "green".',
    );
    expect((await packageLayer()).output).not.toContain('color');
  });
});

describe('Add a base OS', () => {
  test(
    'copied folders, a name and a table entry are a base OS that PHP can be configured on',
    builds,
    async () => {
      await using folder = await copyRepository();
      const debian = await runIn(folder.path, 'docker', 'image', 'inspect', 'bref/base-debian-12:x86');
      const existing = debian.exitCode === 0 ? 'debian-12' : 'al2023';
      for (const parent of ['php/bases', 'lib/sandbox/roots']) {
        await cp(join(folder.path, parent, existing), join(folder.path, parent, 'new-os'), {
          recursive: true,
        });
      }
      const names = join(folder.path, 'lib/base-os/names.ts');
      await edit(names, (text) => text.replace(/(baseOsNames = \[.*)\]/, "$1, 'new-os']"));

      const incomplete = await checkTypes(folder.path);
      expect(incomplete.exitCode).not.toBe(0);
      const files = [...incomplete.output.matchAll(/^(\S+)\(\d+,\d+\): error/gm)].map(([, path]) => path);
      expect(files).toEqual(['lib/base-os/names.ts']);
      // The new base OS uses the image of the existing one.
      await edit(names, (text) =>
        text.replace(
          new RegExp(`^ {2}'?${existing}'?: (\\{\\n[\\s\\S]*?^ {2}\\},\\n)`, 'm'),
          "$&  'new-os': $1",
        ),
      );
      expect(await checkTypes(folder.path)).toEqual({ exitCode: 0, output: '' });

      const folders = 'tests/unit/lib/base-os/folders.test.ts';
      const { output: missing } = await runUnitTests(folder.path, folders);
      expect(missing).toContain('layer.env of new-os has its name');
      expect(missing).toContain('.github/workflows/build-layers.yml lists each base OS');
      await edit(join(folder.path, 'php/bases/new-os/layer/layer.env'), (text) =>
        text.replace(`BASE=${existing}`, 'BASE=new-os'),
      );
      for (const path of [
        'actions/build-php/action.yml',
        'actions/test-layer/action.yml',
        '.github/workflows/build-layers.yml',
      ]) {
        await edit(join(folder.path, path), (text) => text.replaceAll('`al2023`', '`al2023`, `new-os`'));
      }
      expect(await runUnitTests(folder.path, folders)).toMatchObject({ exitCode: 0 });

      expect((await runIn(folder.path, 'make', 'help')).output).toMatch(/BASE=auto\S*\|new-os/);
      expect(await runBundler(folder.path)).toMatchObject({ exitCode: 0 });
      const inputs = ['php-version=82', 'cpu=x86', 'base=new-os', 'profile=quick', 'until=configured'];
      const { exitCode, output } = await runAction(folder.path, 'build-php', ...inputs);
      expect(output).toMatch(/Configure PHP 8\.2\.\d+ \(quick, x86, new-os\)/);
      expect(exitCode).toBe(0);
    },
  );
});
