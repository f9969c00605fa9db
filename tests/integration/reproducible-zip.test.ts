import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  lutimes,
  mkdir,
  readdir,
  readFile,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildElf } from '../fixtures/elf-builder.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const action = resolve(import.meta.dirname, '../../actions/package-layer');

/** About 3 MB in large and small files, so that several are compressed at the same time. */
const files: Readonly<Record<string, string | Buffer>> = {
  bootstrap: '#!/bin/sh\nexec /opt/bin/tool\n',
  'bin/tool': buildElf({ data: 'x'.repeat(200_000) }),
  'lib/libx.so.1': buildElf({ soname: 'libx.so.1' }),
  'etc/noise': createNoise(1_500_000),
  'etc/text': Array.from({ length: 60_000 }, (_, line) => `line ${line}\n`).join(''),
  'etc/10': 'ten',
  'etc/9': 'nine',
  'etc/déjà vu': 'vu',
};

/** Returns the same bytes in every run. They hardly compress. */
function createNoise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(String(index)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

interface Circumstances {
  /** Whether files are created in reverse order. Some file systems list files in the order of creation. */
  readonly reversed?: boolean;
  /** Mask of the permissions of new files. */
  readonly umask?: number;
  /** Time of all files, in seconds since 1970. */
  readonly timeSeconds?: number;
  readonly owner?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Command that starts the action. */
  readonly wrapper?: readonly string[];
  readonly user?: number;
}

/** Packages the layer tree and returns the hash of each output file. */
async function packageUnder(circumstances: Circumstances): Promise<Readonly<Record<string, string>>> {
  await using folder = await temporaryFolder();
  const tree = join(folder.path, 'tree');
  const names = Object.keys(files);
  for (const name of circumstances.reversed ? names.toReversed() : names) {
    await mkdir(dirname(join(tree, name)), { recursive: true });
    await writeFile(join(tree, name), files[name] ?? '');
    const isExecutable = name.startsWith('bin/') || name === 'bootstrap';
    await chmod(join(tree, name), (isExecutable ? 0o777 : 0o666) & ~(circumstances.umask ?? 0o022));
  }
  await symlink('libx.so.1', join(tree, 'lib/libx.so'));
  for (const name of await readdir(tree, { recursive: true })) {
    const { timeSeconds, owner } = circumstances;
    if (timeSeconds !== undefined) {
      await (name === 'lib/libx.so' ? lutimes : utimes)(join(tree, name), timeSeconds, timeSeconds);
    }
    if (owner !== undefined && name !== 'lib/libx.so') await chown(join(tree, name), owner, owner);
  }
  // Another user may be unable to read the repository and its Node.
  const program = join(folder.path, 'index.mjs');
  await cp(join(action, 'dist/index.js'), program);
  const node = join(folder.path, 'node');
  if (circumstances.user !== undefined) await cp(process.execPath, node);
  await chmod(folder.path, 0o777);
  await run(folder.path, circumstances.user === undefined ? process.execPath : node, program, circumstances);
  const output = join(folder.path, 'output');
  const written = (await readdir(output)).sort();
  const hashes = await Promise.all(
    written.map(async (name) =>
      createHash('sha256')
        .update(await readFile(join(output, name)))
        .digest('hex'),
    ),
  );
  return Object.fromEntries(written.map((name, index) => [name, hashes[index] ?? '']));
}

async function run(
  folder: string,
  node: string,
  program: string,
  { wrapper = [], user, environment }: Circumstances,
) {
  const [command = '', ...args] = [...wrapper, node, program];
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...inputsFor(folder), ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  expect(await new Promise((done) => child.on('close', done))).toBe(0);
}

function inputsFor(folder: string): Record<string, string> {
  const given: Readonly<Record<string, string>> = {
    path: join(folder, 'tree'),
    name: 'layer',
    cpu: 'x86',
    output: join(folder, 'output'),
  };
  const { inputs } = parse(readFileSync(join(action, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { default: fallback }]) => [
      `INPUT_${name.toUpperCase()}`,
      given[name] ?? String(fallback ?? ''),
    ]),
  );
}

let expected: Readonly<Record<string, string>>;

beforeAll(async () => {
  expected = await packageUnder({});
  expect(Object.keys(expected)).toEqual([
    'layer.audit.json',
    'layer.manifest.json',
    'layer.sbom.json',
    'layer.zip',
  ]);
});

test.each<[string, Circumstances]>([
  ['created in another order', { reversed: true }],
  ['created with a strict umask', { umask: 0o077 }],
  ['with file times in 1970', { timeSeconds: 1 }],
  ['with file times in 2100', { timeSeconds: 4_102_444_800 }],
  ['in a time zone east of Greenwich', { environment: { TZ: 'Pacific/Kiritimati' } }],
  ['in a time zone west of Greenwich', { environment: { TZ: 'America/Los_Angeles' } }],
  ['in another locale', { environment: { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' } }],
  ['with one thread', { environment: { UV_THREADPOOL_SIZE: '1' } }],
  ['with many threads', { environment: { UV_THREADPOOL_SIZE: '32' } }],
])('a layer tree %s has the same zip, manifest, audit and SBOM', async (_, circumstances) => {
  expect(await packageUnder(circumstances)).toEqual(expected);
});

test.runIf(process.getuid?.() === 0)(
  'a layer tree of another owner, packaged by another user, has the same output',
  async () => {
    expect(await packageUnder({ owner: 1234, user: 65_534 })).toEqual(expected);
  },
);

test.runIf(hasTaskset() && availableParallelism() > 1)(
  'a machine with one CPU writes the same output',
  async () => {
    expect(await packageUnder({ wrapper: ['taskset', '--cpu-list', '0'] })).toEqual(expected);
  },
);

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--cpu-list', '0', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
