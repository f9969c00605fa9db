import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stackLayers } from '#lib/sandbox/layers.ts';
import { makeWorkspace, recordLog, type Workspace } from '../../../fixtures/workspace.ts';

async function stack(
  workspace: Workspace,
  layers: readonly string[],
  expectedOverlaps: readonly string[] = [],
) {
  const { log, lines } = recordLog();
  const opt = join(workspace.path, 'opt');
  const stacked = await stackLayers({ layers, cpu: 'x86', expectedOverlaps }, opt, log);
  return { stacked, lines, opt };
}

test('logs layers with their hash', async () => {
  await using workspace = await makeWorkspace();
  const zip = await workspace.zip('php-82.zip', { bootstrap: 'first', 'bin/php': 'x' });
  const { stacked, lines } = await stack(workspace, [zip]);
  const [{ sha256 } = { sha256: '' }] = stacked;
  expect(sha256).toMatch(/^\S{43}=$/);
  expect(lines).toEqual([`info ${zip}: 2 files, 6 bytes, SHA-256 of the zip ${sha256}`]);
});

test('counts a single file in the singular', async () => {
  await using workspace = await makeWorkspace();
  const { lines } = await stack(workspace, [await workspace.zip('one.zip', { bootstrap: 'first' })]);
  expect(lines).toEqual([expect.stringContaining('one.zip: 1 file, 5 bytes, SHA-256')]);
});

test('of five layers, the last one wins', async () => {
  await using workspace = await makeWorkspace();
  const zips: string[] = [];
  for (const name of ['1', '2', '3', '4', '5']) zips.push(await workspace.zip(`${name}.zip`, { who: name }));
  const { opt } = await stack(workspace, zips, ['who']);
  expect(await readFile(join(opt, 'who'), 'utf8')).toBe('5');
});

test('warns with the names of replaced files', async () => {
  await using workspace = await makeWorkspace();
  const first = await workspace.zip('php-82.zip', {
    bootstrap: 'a',
    'lib/x': 'a',
    'bref/etc/a.ini': 'a',
    b: 'a',
  });
  const second = await workspace.zip('other.zip', {
    bootstrap: 'b',
    'lib/x': 'b',
    'bref/etc/a.ini': 'b',
    c: 'b',
  });
  const { lines } = await stack(workspace, [first, second], ['bootstrap', 'bref/etc/**']);
  expect(lines.slice(2)).toEqual([
    'info other.zip replaces, as expected: bootstrap, bref/etc/a.ini',
    `warning Layer "${second}" replaces files of earlier layers: lib/x. Lambda also uses the file of the later layer. ` +
      'If this is intended, list the files in the input "expected-overlaps".',
  ]);
});

test('does not warn about expected overlaps', async () => {
  await using workspace = await makeWorkspace();
  const layers = [
    await workspace.zip('php-82.zip', { bootstrap: 'first' }),
    await workspace.zip('console.zip', { bootstrap: 'second' }),
  ];
  const { lines } = await stack(workspace, layers, ['bootstrap']);
  expect(lines.filter((line) => line.startsWith('warning'))).toEqual([]);
});

test('rejects a zip that does not exist, with the fix', async () => {
  await using workspace = await makeWorkspace();
  await expect(stack(workspace, [join(workspace.path, 'php-82.zip')])).rejects.toThrow(
    /Layer ".*php-82\.zip" does not exist\. Build it first, or correct its path\.$/,
  );
});

test('rejects a zip that does not match its manifest', async () => {
  await using workspace = await makeWorkspace();
  const zip = await workspace.zip('php-82.zip', { bootstrap: 'x' });
  await workspace.file('php-82.manifest.json', { schema: 1, codeSha256: 'other' });
  await expect(stack(workspace, [zip])).rejects.toThrow(
    /php-82\.zip" does not match its manifest: its SHA-256 is \S+=, but the manifest has other\./,
  );
});

test('limits the total size of all layers', async () => {
  await using workspace = await makeWorkspace();
  const layers = [await workspace.zip('1.zip', { a: '1234' }), await workspace.zip('2.zip', { b: '1234' })];
  const { log } = recordLog();
  const wanted = { layers, cpu: 'x86', expectedOverlaps: [] } as const;
  await expect(stackLayers(wanted, join(workspace.path, 'opt'), log, 7)).rejects.toThrow(
    /Layer ".*2\.zip" is too large/,
  );
});
