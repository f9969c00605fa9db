import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildElf } from '../helpers/elf-builder.ts';
import { makeTree } from '../helpers/layer-tree.ts';
import { runBundle } from '../helpers/run-bundle.ts';

const isRoot = process.getuid?.() === 0;

/** What is wrong, how it is made in a good tree, and what the action says. */
type BadTree = readonly [string, (tree: string) => unknown, string | RegExp];

const anywhere: readonly BadTree[] = [
  ['no folder', (tree) => rm(tree, { recursive: true }), 'Input "path" must be an existing folder'],
  [
    'an empty folder',
    async (tree) => {
      await rm(tree, { recursive: true });
      await mkdir(tree);
    },
    'Input "path" must be a folder with files in it',
  ],
  [
    'a file where a folder is meant',
    async (tree) => {
      await rm(tree, { recursive: true });
      await writeFile(tree, 'x');
    },
    'Input "path" must be an existing folder',
  ],
  ['a pipe', (tree) => execFileSync('mkfifo', [join(tree, 'pipe')]), /pipe is a pipe; a layer holds files/],
  [
    'a loop of links',
    async (tree) => {
      await symlink('b', join(tree, 'a'));
      await symlink('a', join(tree, 'b'));
    },
    'symlink in a: ',
  ],
  ['a link out of the tree', (tree) => symlink('../../secret', join(tree, 'out')), 'symlink in out: '],
  ['a name with a backslash', (tree) => writeFile(join(tree, 'a\\b'), 'x'), 'has a backslash or a control'],
  ['a name with a line break', (tree) => writeFile(join(tree, 'a\nb'), 'x'), 'has a backslash or a control'],
  [
    'a name that is not UTF-8',
    (tree) => writeFile(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff])]), 'x'),
    'A name in / is not UTF-8',
  ],
  [
    'a file of more than 4 GiB',
    async (tree) => {
      await writeFile(join(tree, 'huge'), '');
      await truncate(join(tree, 'huge'), 2 ** 32 + 1);
    },
    /The tree has 4,294,967,\d+ bytes; "max-unzipped-size" is 262,144,000 bytes[\s\S]*huge/,
  ],
  [
    'more than 65,535 files',
    (tree) => {
      for (let index = 0; index < 65_535; index += 1) writeFileSync(join(tree, `f${index}`), '');
    },
    /The tree has 65536 files; a zip holds at most 65535/,
  ],
  [
    'an ELF file that is cut off',
    (tree) => writeFile(join(tree, 'libx.so.1'), buildElf({ soname: 'libx.so.1' }).subarray(0, 100)),
    'malformed-elf in libx.so.1',
  ],
];

const asRoot: readonly BadTree[] = [
  [
    'a device',
    (tree) => execFileSync('mknod', [join(tree, 'null'), 'c', '1', '3']),
    /null is a device; a layer holds files/,
  ],
];

test.each([...anywhere, ...(isRoot ? asRoot : [])])(
  '%s: the action fails, says why, and nothing has a final name',
  async (_, spoil, message) => {
    await using fixture = await makeTree({ bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 } });
    await spoil(fixture.path);
    await expectRefused(fixture, message);
  },
);

test('a socket: the action fails, says why, and nothing has a final name', async () => {
  await using fixture = await makeTree({ bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 } });
  const server = createServer().listen(join(fixture.path, 'php.sock'));
  await once(server, 'listening');
  try {
    await expectRefused(fixture, /php\.sock is a socket; a layer holds files/);
  } finally {
    server.close();
  }
});

// Root reads everything.
test.skipIf(isRoot)('a file that cannot be read: the same', async () => {
  await using fixture = await makeTree({ bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 }, secret: 'x' });
  await chmod(join(fixture.path, 'secret'), 0o000);
  await expectRefused(fixture, 'secret cannot be read');
});

async function expectRefused(
  { root, path }: { readonly root: string; readonly path: string },
  message: string | RegExp,
): Promise<void> {
  const inputs = { path, name: 'layer', cpu: 'x86' };
  const { exitCode, stderr, outputs } = await runBundle({ action: 'package-layer', folder: root, inputs });
  expect(stderr).toMatch(message);
  // One sentence for a person, never a stack of calls.
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(exitCode).toBe(1);
  expect(outputs).toEqual({});
  const made = await readdir(join(root, 'output')).catch(() => []);
  expect(made.filter((name) => name !== 'layer.audit.json')).toEqual([]);
}
