import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPathResolver } from '#lib/audit/layer-paths.ts';
import { createProcess, type LayerObject } from '#lib/audit/loader.ts';
import { createPolicy } from '#lib/audit/policy.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { stackLayers } from '#lib/audit/stack.ts';
import { type ElfFile, isElf, parseElf } from '#lib/elf/elf.ts';
import { hostCpu } from '#lib/layer/cpu.ts';
import { readManifest } from '#lib/layer/manifest.ts';
import { readTree } from '#lib/layer/tree.ts';
import { buildElf, x86Interpreter } from '../fixtures/elf-builder.ts';
import { listTree } from '../fixtures/list-tree.ts';
import { type BundleRun, runBundle } from '../fixtures/run-bundle.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const text = 'extension=opcache\n'.repeat(500);

/** Creates a layer tree with a program, a library behind a symlink, scripts, unusual names and an empty file. */
async function makeLayerTree(root: string): Promise<string> {
  const tree = join(root, 'tree/php-82');
  const program = buildElf({ interpreter: x86Interpreter, needed: ['libx.so.1'], rpath: '$ORIGIN/../lib' });
  const files: readonly (readonly [string, number, string | Buffer])[] = [
    ['bootstrap', 0o755, '#!/bin/sh\nexec /opt/bin/php\n'],
    ['bin/php', 0o700, program],
    ['lib/libx.so.1.2', 0o644, buildElf({ soname: 'libx.so.1', data: 'x'.repeat(40_000) })],
    ['bref/etc/php/conf.d/bref.ini', 0o600, text],
    ['bref/empty', 0o644, ''],
    ['bref/déjà vu.txt', 0o644, 'déjà vu'],
  ];
  for (const [name, mode, content] of files) {
    await mkdir(dirname(join(tree, name)), { recursive: true });
    await writeFile(join(tree, name), content);
    await chmod(join(tree, name), mode);
  }
  await symlink('libx.so.1.2', join(tree, 'lib/libx.so.1'));
  await symlink('/etc/pki/tls/cert.pem', join(tree, 'bref/cert.pem'));
  await writeFile(`${tree}.metadata.json`, '{"schema":1,"layer":"php-82"}');
  return tree;
}

async function packageTree(
  folder: string,
  tree: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<BundleRun> {
  const inputs = { path: tree, name: 'php-82', cpu: 'x86' };
  return runBundle({ action: 'package-layer', folder, inputs, environment });
}

describe('the bundle, outside of the repository', () => {
  test('writes a zip that Info-ZIP unpacks to the same files, permissions and symlinks', async () => {
    await using folder = await temporaryFolder();
    const tree = await makeLayerTree(folder.path);
    const run = await packageTree(folder.path, tree);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const unpacked = join(folder.path, 'unpacked');
    execFileSync('unzip', ['-q', run.outputs.zip ?? '', '-d', unpacked]);
    const expected = Object.fromEntries(
      Object.entries(await listTree(tree)).map(([path, description]) => [
        path,
        description.replace(/^600 /, '644 ').replace(/^700 /, '755 '),
      ]),
    );
    expect(await listTree(unpacked)).toEqual(expected);
  });

  test('reports its results in outputs, manifest and summary', async () => {
    await using folder = await temporaryFolder();
    const run = await packageTree(folder.path, await makeLayerTree(folder.path));
    const output = join(folder.path, 'output');
    expect(run.outputs).toMatchObject({
      zip: join(output, 'php-82.zip'),
      manifest: join(output, 'php-82.manifest.json'),
      audit: join(output, 'php-82.audit.json'),
    });
    const zip = await readFile(run.outputs.zip ?? '');
    expect(run.outputs['code-sha256']).toBe(createHash('sha256').update(zip).digest('base64'));
    expect(run.outputs.size).toBe(String(zip.length));
    expect(await readManifest(run.outputs.zip ?? '')).toMatchObject({
      codeSha256: run.outputs['code-sha256'],
      metadata: { schema: 1, layer: 'php-82' },
    });
    expect(run.summary).toContain('### Layer <code>php-82</code>');
  });

  test('writes the same bytes in every time zone and locale', async () => {
    await using folder = await temporaryFolder();
    const tree = await makeLayerTree(folder.path);
    const environments = [
      { TZ: 'UTC' },
      { TZ: 'Pacific/Auckland' },
      { TZ: 'America/Los_Angeles', LC_ALL: 'C' },
    ];
    const hashes: (string | undefined)[] = [];
    for (const environment of environments) {
      hashes.push((await packageTree(folder.path, tree, environment)).outputs['code-sha256']);
    }
    expect(hashes[0]).toMatch(/^[\w+/]{43}=$/);
    expect(new Set(hashes).size).toBe(1);
  });

  test('fails with annotations, a summary and only the audit if the layer would not work', async () => {
    await using folder = await temporaryFolder();
    const tree = await makeLayerTree(folder.path);
    await packageTree(folder.path, tree);
    await writeFile(join(tree, 'bin/other'), buildElf({ machine: 183 }), { mode: 0o755 });
    const run = await packageTree(folder.path, tree, { GITHUB_ACTIONS: 'true' });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('::error title=wrong-machine%3A bin/other::wrong-machine in bin/other');
    expect(run.stdout).toContain(
      '::error::Layer php-82 would not work on Lambda and was not packaged. The audit found 1 error',
    );
    expect(run.summary).toContain('was not packaged');
    expect(run.outputs).toEqual({});
    expect(await readdir(join(folder.path, 'output'))).toEqual(['php-82.audit.json']);
  });

  test('audits a layer against the manifest of its lower layer, with the given policy', async () => {
    await using folder = await temporaryFolder();
    const lower = await packageTree(folder.path, await makeLayerTree(folder.path));
    const tree = join(folder.path, 'extension');
    await mkdir(join(tree, 'bref/extensions'), { recursive: true });
    await writeFile(join(tree, 'bref/extensions/x.so'), buildElf({ needed: ['libx.so.1'] }), { mode: 0o755 });
    const policy = join(folder.path, 'policy.json');
    await writeFile(policy, JSON.stringify({ ...al2023, runtime: 'provided.mine' }));
    const inputs = { path: tree, name: 'x', cpu: 'x86', policy };
    const alone = await runBundle({ action: 'package-layer', folder: folder.path, inputs });
    expect(alone.stderr).toContain('Neither provided.mine nor a layer contains libx.so.1.');
    const stacked = await runBundle({
      action: 'package-layer',
      folder: folder.path,
      inputs: { ...inputs, 'lower-layer-manifests': lower.outputs.manifest ?? '' },
    });
    expect(stacked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(stacked.stdout).toContain('Audit of x against provided.mine and the layer php-82: nothing found.');
    expect(JSON.parse(await readFile(stacked.outputs.audit ?? '', 'utf8'))).toMatchObject({
      bases: ['php-82'],
      libraries: { 'bref/extensions/x.so': { 'libx.so.1': 'php-82:lib/libx.so.1.2' } },
    });
  });

  test('rejects an invalid input in one sentence before any work starts', async () => {
    await using folder = await temporaryFolder();
    const inputs = { path: folder.path, name: 'php 82', cpu: 'x86' };
    const run = await runBundle({ action: 'package-layer', folder: folder.path, inputs });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toBe(
      'Error: Input "name" must be 1 to 140 letters, digits, "-" or "_"; got "php 82".\n',
    );
    expect(existsSync(join(folder.path, 'output'))).toBe(false);
  });
});

describe('the ELF parser', () => {
  test.each([
    ['programs', '/usr/bin', 200],
    ['libraries', dirname(findCLibrary()), 200],
  ])("reads this machine's %s like readelf", (_, folder, count) => {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.slice(0, count).map(({ name }) => join(folder, name));
    const read = paths.filter((path) => isElf(readFileSync(path)));
    expect(read.length).toBeGreaterThan(20);
    let symbols = 0;
    for (const path of read) {
      const elf = parseElf(readFileSync(path));
      const { defined, ...expected } = readWithReadelf(path);
      expect({ path, ...summarize(elf) }).toEqual({ path, ...expected });
      const unknown = defined.filter(([symbol, version]) => elf.defines?.(symbol, version) === false);
      expect({ path, unknown }).toEqual({ path, unknown: [] });
      symbols += expected.symbols.length + defined.length;
    }
    expect(symbols).toBeGreaterThan(1000);
  });
});

/** Returns the path of this machine's libc. */
function findCLibrary(): string {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: readonly string[] };
  return realpathSync(sharedObjects.find((path) => path.endsWith('/libc.so.6')) ?? '/lib64/libc.so.6');
}

interface Summary {
  readonly needed: readonly string[];
  /** Entries of the form `library version`. */
  readonly versions: readonly string[];
  /** Required symbols, as `symbol@version`. */
  readonly symbols: readonly string[];
  /** Required symbols without a version. */
  readonly imports: readonly string[];
  /** Names of defined symbols. */
  readonly exports: readonly string[];
}

function summarize({ needed, versionNeeds, imports, exports }: ElfFile): Summary {
  return {
    needed,
    versions: versionNeeds.map(({ library, version }) => `${library} ${version}`).sort(),
    symbols: versionNeeds
      .flatMap(({ version, symbols }) => symbols.map((symbol) => `${symbol}@${version}`))
      .sort(),
    imports: [...imports].sort(),
    exports: [...exports].sort(),
  };
}

function readWithReadelf(path: string): Summary & { defined: readonly (readonly [string, string])[] } {
  const output = execFileSync('readelf', ['-dVW', '--dyn-syms', path], {
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const needed = [...output.matchAll(/\(NEEDED\) +Shared library: \[(.+?)\]/g)].map(([, name = '']) => name);
  const [, section = ''] = output.split('Version needs section');
  let library = '';
  const versions = section.split('\n').flatMap((line) => {
    library = /File: (\S+)/.exec(line)?.[1] ?? library;
    const version = /Name: (\S+)/.exec(line)?.[1];
    return version === undefined ? [] : [`${library} ${version}`];
  });
  // Columns: number, value, size, type, binding, visibility, section, name. A version follows after @ or @@ (default).
  const all = [
    // The row of a number above 99,999 has no indent, and names of Go functions contain spaces.
    ...output.matchAll(
      /^ *\d+: \S+ +\S+ \S+ +(\S+) +\S+ +(?:\[<.*?\] +)?(\S+) (.+?)(?:@@?(\S+))?(?: \(\d+\))?$/gm,
    ),
  ].filter(([, binding]) => binding !== 'LOCAL');
  const rows = all.filter(([, , , , version]) => version !== undefined);
  const symbols = rows.filter(([, binding, place]) => binding === 'GLOBAL' && place === 'UND');
  const defined = rows.filter(([, binding, place]) => binding !== 'LOCAL' && place !== 'UND');
  return {
    needed,
    versions: versions.sort(),
    imports: all
      .filter(
        ([, binding, place, , version]) => binding === 'GLOBAL' && place === 'UND' && version === undefined,
      )
      .map(([, , , symbol = '']) => symbol)
      .sort(),
    exports: [
      ...new Set(all.filter(([, , place]) => place !== 'UND').map(([, , , symbol = '']) => symbol)),
    ].sort(),
    symbols: symbols.map(([, , , symbol, version]) => `${symbol}@${version}`).sort(),
    defined: defined.map(([, , , symbol = '', version = '']) => [symbol, version] as const),
  };
}

describe("the model of glibc's loader", () => {
  test("finds the same libraries as this machine's loader, in 150 random layers", async () => {
    const cpu = hostCpu() ?? 'x86';
    const random = createRandom(2_023);
    let compared = 0;
    for (let round = 0; round < 150; round += 1) {
      await using folder = await temporaryFolder();
      await makeRandomLayer(folder.path, cpu, random);
      const [modelled, real] = [await resolveByModel(folder.path, cpu), resolveByLoader(folder.path)];
      // If a library is missing, a real process ends at once.
      if (Object.values(real).includes('missing')) {
        expect({ round, missing: Object.values(modelled).includes('missing') }).toEqual({
          round,
          missing: true,
        });
        continue;
      }
      expect({ round, ...modelled }).toMatchObject({ round, ...real });
      // The loader lists a file only under its first name.
      for (const [name, place] of Object.entries(modelled)) {
        if (real[name] === undefined) expect(Object.values(real), `round ${round}, ${name}`).toContain(place);
      }
      compared += 1;
    }
    expect(compared).toBeGreaterThan(40);
  });
});

const al2023 = await readPolicy('al2023');
const names = ['liba.test.so', 'libb.test.so', 'libc.test.so', 'libd.test.so'];

/** Creates `opt/bin/main` and libraries in opt/lib, opt/private and os, with search paths of all kinds. */
async function makeRandomLayer(root: string, cpu: 'x86' | 'arm', random: () => number): Promise<void> {
  const policy = createPolicy(al2023, cpu);
  const chance = (share: number): boolean => random() < share;
  const some = (): readonly string[] => names.filter(() => chance(0.4));
  const searchPath = (): { rpath?: string; runpath?: string } => {
    const path = ['$ORIGIN/../lib', '$ORIGIN/../private', '$ORIGIN/../private:$ORIGIN/../lib'][
      Math.floor(random() * 3)
    ];
    return {
      ...(path !== undefined && chance(0.4) && { rpath: path }),
      ...(path !== undefined && chance(0.25) && { runpath: path }),
    };
  };
  const write = async (path: string, bytes: Buffer): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes, { mode: 0o755 });
  };
  const { machine, interpreter } = policy;
  await write('opt/bin/main', buildElf({ machine, interpreter, needed: some(), ...searchPath() }));
  for (const name of names) {
    for (const folder of ['lib', 'private']) {
      const path = `opt/${folder}/${name}`;
      // Some libraries have two names, and some have the SONAME of another library.
      const other = names[Math.floor(random() * names.length)] ?? name;
      if (chance(0.15) && other !== name && existsSync(join(root, `opt/${folder}/${other}`))) {
        await symlink(other, join(root, path));
      } else if (chance(0.6)) {
        const soname = chance(0.2) ? other : name;
        await write(path, buildElf({ machine, soname, needed: some(), ...searchPath() }));
      }
    }
    if (chance(0.5)) await write(`os/${name}`, buildElf({ machine, soname: name }));
  }
  await mkdir(join(root, 'os'), { recursive: true });
}

/** Returns the first result for each name, because later lookups of the name return it too. */
async function resolveByModel(root: string, cpu: 'x86' | 'arm'): Promise<Readonly<Record<string, string>>> {
  const tree = await readTree(join(root, 'opt'));
  const offered = new Set(readdirSync(join(root, 'os')));
  const policy = {
    ...createPolicy(al2023, cpu),
    searchOrder: ['/lib64', '/opt/lib'],
    offers: (library: string) => offered.has(library),
  };
  const objects = new Map<string, LayerObject>(
    tree.entries
      .filter(({ type }) => type === 'file')
      .map(({ path }) => [
        path,
        { path, elf: parseElf(readFileSync(join(root, 'opt', path))), lowerLayer: undefined },
      ]),
  );
  const main = objects.get('bin/main');
  if (main === undefined) throw new Error('The layer has no bin/main.');
  const process = createProcess(
    { policy, resolvePath: createPathResolver(stackLayers([], tree).paths), objects },
    main,
  );
  const found = process
    .load(main)
    .map(({ name, found }) => [name, found.kind === 'layer' ? found.object.path : found.kind] as const);
  return Object.fromEntries(found.reverse());
}

function resolveByLoader(root: string): Readonly<Record<string, string>> {
  const { stdout, stderr } = spawnSync(join(root, 'opt/bin/main'), {
    encoding: 'utf8',
    env: { LD_TRACE_LOADED_OBJECTS: '1', LD_LIBRARY_PATH: `${root}/os:${root}/opt/lib` },
  });
  const lines = [...`${stdout}\n${stderr}`.matchAll(/^\s*(\S+\.test\.so) => (\/\S+)/gm)];
  const missing = /not found|cannot open/.test(stdout + stderr) ? [['', 'missing'] as const] : [];
  const found = lines.map(([, name = '', path = '']) => {
    const place = relative(realpathSync(root), realpathSync(path));
    return [name, place.startsWith('os/') ? 'os' : relative('opt', place)] as const;
  });
  return Object.fromEntries([...found, ...missing]);
}

/** Linear congruential generator (Numerical Recipes), so that every run has the same layers. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
