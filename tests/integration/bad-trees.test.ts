import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildElf } from '../fixtures/elf-builder.ts';
import { makeTree } from '../fixtures/layer-tree.ts';
import { runBundle } from '../fixtures/run-bundle.ts';

const isRoot = process.getuid?.() === 0;

/** Defect, function that adds it to a valid layer tree, and error message. */
type BadTree = readonly [string, (tree: string) => unknown, string | RegExp];

const anywhere: readonly BadTree[] = [
  [
    'a missing folder',
    (tree) => rm(tree, { recursive: true }),
    'Input "path" must be the folder of the layer\'s files, which becomes /opt',
  ],
  [
    'an empty folder',
    async (tree) => {
      await rm(tree, { recursive: true });
      await mkdir(tree);
    },
    'Input "path" must be a folder that contains files',
  ],
  [
    'a file instead of a folder',
    async (tree) => {
      await rm(tree, { recursive: true });
      await writeFile(tree, 'x');
    },
    'Input "path" must be the folder of the layer\'s files, which becomes /opt',
  ],
  [
    'a pipe',
    (tree) => execFileSync('mkfifo', [join(tree, 'pipe')]),
    /pipe is a pipe; a layer can contain only files/,
  ],
  [
    'a loop of symlinks',
    async (tree) => {
      await symlink('b', join(tree, 'a'));
      await symlink('a', join(tree, 'b'));
    },
    'symlink in a: ',
  ],
  ['a symlink out of the layer', (tree) => symlink('../../secret', join(tree, 'out')), 'symlink in out: '],
  [
    'a name with a backslash',
    (tree) => writeFile(join(tree, 'a\\b'), 'x'),
    'contains a backslash or a control',
  ],
  [
    'a name with a line break',
    (tree) => writeFile(join(tree, 'a\nb'), 'x'),
    'contains a backslash or a control',
  ],
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
    /The layer tree has 4,294,967,\d+ bytes; "max-unzipped-size" is 262,144,000 bytes[\s\S]*huge/,
  ],
  [
    'more than 65,535 files',
    (tree) => {
      for (let index = 0; index < 65_535; index += 1) writeFileSync(join(tree, `f${index}`), '');
    },
    /The layer tree has 65536 files; a zip holds at most 65535/,
  ],
  [
    'a truncated ELF file',
    (tree) => writeFile(join(tree, 'libx.so.1'), buildElf({ soname: 'libx.so.1' }).subarray(0, 100)),
    'malformed-elf in libx.so.1',
  ],
];

const asRoot: readonly BadTree[] = [
  [
    'a device',
    (tree) => execFileSync('mknod', [join(tree, 'null'), 'c', '1', '3']),
    /null is a device; a layer can contain only files/,
  ],
];

test.each([...anywhere, ...(isRoot ? asRoot : [])])(
  'fails for %s, states the reason and leaves no layer',
  async (_, addDefect, message) => {
    await using fixture = await makeTree({ bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 } });
    await addDefect(fixture.path);
    await expectRefused(fixture, message);
  },
);

test('fails for a socket, states the reason and leaves no layer', async () => {
  await using fixture = await makeTree({ bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 } });
  const server = createServer().listen(join(fixture.path, 'php.sock'));
  await once(server, 'listening');
  try {
    await expectRefused(fixture, /php\.sock is a socket; a layer can contain only files/);
  } finally {
    server.close();
  }
});

// Root can read every file.
test.skipIf(isRoot)('fails for an unreadable file, states the reason and leaves no layer', async () => {
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
  // The message must not be a stack trace.
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(exitCode).toBe(1);
  expect(outputs).toEqual({});
  const written = await readdir(join(root, 'output')).catch(() => []);
  expect(written.filter((name) => name !== 'layer.audit.json')).toEqual([]);
}
