import { execFileSync } from 'node:child_process';
import { chmod, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditTree } from '#lib/audit/audit.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { readTree } from '#lib/layer/tree.ts';
import { ActionError } from '#lib/node/errors.ts';
import { buildElf } from '../../../fixtures/elf-builder.ts';
import { makeTree } from '../../../fixtures/layer-tree.ts';

const policy = await readPolicy('al2023');
const isRoot = process.getuid?.() === 0;

async function readAndAudit(path: string) {
  return auditTree(await readTree(path), { cpu: 'x86', policy, lowerLayers: [] });
}

/** Runs the work without root's right to read every file. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('rejects', () => {
  test('a path that is a loop of symlinks', async () => {
    await using fixture = await makeTree({ a: 'x' });
    await symlink('there', join(fixture.root, 'here'));
    await symlink('here', join(fixture.root, 'there'));
    await expect(readTree(join(fixture.root, 'here'))).rejects.toThrow(
      'Input "path" must be the folder of the layer\'s files, which becomes /opt',
    );
  });

  test('a socket', async () => {
    await using fixture = await makeTree({ a: 'x' });
    const server = createServer();
    await new Promise<void>((listening) => server.listen(join(fixture.path, 'php.sock'), listening));
    try {
      await expect(readTree(fixture.path)).rejects.toThrow(
        'php.sock is a socket; a layer can contain only files, folders and',
      );
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  test('a pipe', async () => {
    await using fixture = await makeTree({ a: 'x' });
    execFileSync('mkfifo', [join(fixture.path, 'pipe')]);
    await expect(readTree(fixture.path)).rejects.toThrow('pipe is a pipe; a layer can contain only');
  });

  // Only root can create a device.
  test.runIf(isRoot)('a device', async () => {
    await using fixture = await makeTree({ a: 'x' });
    execFileSync('mknod', [join(fixture.path, 'null'), 'c', '1', '3']);
    await expect(readTree(fixture.path)).rejects.toThrow('null is a device; a layer can contain only');
  });

  test('an unreadable folder', async () => {
    await using fixture = await makeTree({ 'lib/a.txt': 'x' });
    await chmod(fixture.root, 0o755);
    await chmod(join(fixture.path, 'lib'), 0o000);
    const reading = asNobody(() => readTree(fixture.path));
    await expect(reading).rejects.toThrow(/tree\/lib cannot be read\. Make it readable for the current user/);
    await expect(reading).rejects.toBeInstanceOf(ActionError);
    await chmod(join(fixture.path, 'lib'), 0o755);
  });

  test('an unreadable file', async () => {
    await using fixture = await makeTree({ 'lib/a.txt': { bytes: 'x', mode: 0o000 } });
    await chmod(fixture.root, 0o755);
    const auditing = asNobody(() => readAndAudit(fixture.path));
    await expect(auditing).rejects.toThrow(
      /lib\/a\.txt cannot be read\. Make it readable for the current user/,
    );
    await expect(auditing).rejects.toBeInstanceOf(ActionError);
  });

  test('a file that was removed after it was listed', async () => {
    await using fixture = await makeTree({ 'lib/a.so': buildElf(), 'lib/b.txt': 'x' });
    const tree = await readTree(fixture.path);
    await rm(join(fixture.path, 'lib/a.so'));
    const auditing = auditTree(tree, { cpu: 'x86', policy, lowerLayers: [] });
    await expect(auditing).rejects.toThrow(
      /lib\/a\.so cannot be read\. It was removed after the layer tree was listed/,
    );
  });
});

describe('reads the layer tree, and the audit reports the findings, for', () => {
  test.each([
    ['a loop of symlinks', { a: { link: 'b' }, b: { link: 'a' } }, ['symlink a', 'symlink b']],
    ['a symlink to a parent folder', { 'lib/up': { link: '..' }, x: 'x' }, []],
    ['a symlink out of the layer', { out: { link: '../../secret' } }, ['symlink out']],
    ['a damaged ELF file', { 'lib/a.so': buildElf().subarray(0, 70) }, ['malformed-elf lib/a.so']],
    ['an ELF file that ends after four bytes', { x: '\x7fELF' }, ['malformed-elf x']],
    ['an empty file', { x: '' }, []],
  ])('%s', async (_, files, finds) => {
    await using fixture = await makeTree(files);
    const { findings } = await readAndAudit(fixture.path);
    expect(findings.map(({ rule, file }) => `${rule} ${file}`)).toEqual(finds);
  });
});
