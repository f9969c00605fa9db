import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Layer } from '#lib/layer/layer.ts';
import type { Manifest } from '#lib/layer/manifest.ts';
import { directUploadLimitBytes } from '#lib/layer/quotas.ts';
import { sha256 } from '../../../../tests/fixtures/published-layer.ts';
import { temporaryFolder } from '../../../../tests/fixtures/temporary-folder.ts';
import { Problems } from '../../src/inputs/problems.ts';
import { type LayerInputs, loadLayers } from '../../src/layers/layers.ts';
import { writeLayer, zipBytes } from '../layer-fixture.ts';

async function load(
  layers: readonly string[],
  changes: Partial<LayerInputs> = {},
): Promise<readonly Layer[]> {
  const problems = new Problems();
  const inputs = {
    layers,
    layerName: undefined,
    compatibleArchitectures: undefined,
    compatibleRuntimes: ['provided.al2023'],
    description: 'PHP',
    license: 'MIT',
    s3Bucket: undefined,
    endpoints: { lambda: undefined, s3: undefined },
    ...changes,
  };
  const loaded = await loadLayers(inputs, problems);
  problems.assertNone();
  return loaded;
}

test('name and CPU come from the manifest, other properties from the inputs', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'arm-php-82', { cpu: 'arm' });
  const bytes = await zipBytes('arm-php-82');
  expect(await load([path])).toEqual([
    {
      name: 'arm-php-82',
      path,
      sizeBytes: bytes.length,
      codeSha256: sha256(bytes),
      architectures: ['arm64'],
      runtimes: ['provided.al2023'],
      description: 'PHP',
      license: 'MIT',
    },
  ]);
});

test('runtimes come from the input, otherwise from the metadata', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'tool', { metadata: { compatibleRuntimes: ['nodejs24.x'] } });
  expect((await load([path], { compatibleRuntimes: undefined }))[0]?.runtimes).toEqual(['nodejs24.x']);
  expect((await load([path]))[0]?.runtimes).toEqual(['provided.al2023']);
});

test('a layer may have no runtimes', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'tool');
  expect((await load([path], { compatibleRuntimes: undefined }))[0]?.runtimes).toEqual([]);
});

test('a layer for any CPU is published for both CPUs, or for the one of the input', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'console', { cpu: 'any' });
  expect((await load([path]))[0]?.architectures).toEqual(['x86_64', 'arm64']);
  expect((await load([path], { compatibleArchitectures: ['arm64'] }))[0]?.architectures).toEqual(['arm64']);
});

test('refuses a CPU that contradicts the manifest', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'php-82');
  await expect(load([path], { compatibleArchitectures: ['x86_64', 'arm64'] })).rejects.toThrow(
    /is for x86_64 according to its manifest, but "compatible-architectures" has arm64/,
  );
});

test('a zip without a manifest gets its name from the file and its CPUs from the input', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tool.zip');
  await writeFile(path, await zipBytes());
  expect(await load([path], { compatibleArchitectures: ['arm64'] })).toMatchObject([
    { name: 'tool', architectures: ['arm64'] },
  ]);
  await expect(load([path])).rejects.toThrow(
    /tool.zip has no manifest \(tool.manifest.json\) .*Set the input "compatible-architectures" to x86_64 or arm64 or both/,
  );
});

test('reports an invalid CPU input only once', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tool.zip');
  await writeFile(path, await zipBytes());
  await expect(load([path], { compatibleArchitectures: [] })).resolves.toHaveLength(1);
});

describe('the name', () => {
  test('of the input has priority over the manifest', async () => {
    await using folder = await temporaryFolder();
    const path = await writeLayer(folder.path, 'php-82');
    expect((await load([path], { layerName: 'mine' }))[0]?.name).toBe('mine');
  });

  test('of the input is for one layer only', async () => {
    await using folder = await temporaryFolder();
    const paths = [await writeLayer(folder.path, 'one'), await writeLayer(folder.path, 'two')];
    await expect(load(paths, { layerName: 'mine' })).rejects.toThrow(
      /"layer-name" names one layer, but "layers" has 2/,
    );
  });
});

describe('patterns', () => {
  test('match files, sorted by name', async () => {
    await using folder = await temporaryFolder();
    for (const name of ['php-83', 'php-82', 'arm-php-82', 'console']) await writeLayer(folder.path, name);
    const found = await load([join(folder.path, 'php-*.zip'), join(folder.path, 'con{sole,trol}.zip')]);
    expect(found.map(({ name }) => name)).toEqual(['php-82', 'php-83', 'console']);
  });

  test('are refused if no file matches', async () => {
    await using folder = await temporaryFolder();
    await expect(load([join(folder.path, '*.zip')])).rejects.toThrow(
      /"layers" must match files; no file matches .*\*\.zip/,
    );
  });
});

describe('refuses a zip', () => {
  test.each<[string, Partial<Manifest>, RegExp]>([
    ['whose size differs from its manifest', { size: 1 }, /has \d+ bytes, but its manifest states 1\./],
    [
      'whose hash differs from its manifest',
      { codeSha256: 'abc=' },
      /has the SHA-256 .* but its manifest states abc=\./,
    ],
    ['with the manifest of another file', { zip: 'a.zip' }, /describes another file, "a.zip"/],
    ['with an invalid name', { name: 'php.82' }, /^The layer name of .* must be 1 to 140 .*got "php.82"/],
    ['with a name that is too long', { name: 'n'.repeat(141) }, /^The layer name of .* must be 1 to 140 /],
    [
      'that is too large unzipped',
      { unzippedSize: 262_144_001 },
      /at most 262144000 bytes \(250 MiB\) unzipped/,
    ],
    ['with an unknown CPU', { cpu: 'mips' as never }, /names its CPU/],
    ['whose manifest has another schema', { schema: 2 as never }, /is not a layer manifest of schema 1/],
    [
      'that is not publishable',
      { metadata: { publishable: false } },
      /\(publishable: false\).*Build it with PROFILE=release/,
    ],
  ])('%s', async (_, manifest, message) => {
    await using folder = await temporaryFolder();
    const path = await writeLayer(folder.path, 'php-82', manifest);
    await expect(load([path])).rejects.toThrow(message);
  });

  test.each<[string, Buffer, RegExp]>([
    ['that is not a zip', Buffer.from('<html>'.repeat(10)), /is not a readable zip/],
    ['that is empty', Buffer.alloc(0), /is not a readable zip/],
    // Only the end record.
    ['without files', Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1'), /is a zip without files/],
  ])('%s', async (_, bytes, message) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'tool.zip');
    await writeFile(path, bytes);
    await expect(load([path], { compatibleArchitectures: ['arm64'] })).rejects.toThrow(message);
  });

  test('that was cut off', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'tool.zip');
    const bytes = await zipBytes();
    await writeFile(path, bytes);
    await truncate(path, bytes.length - 10);
    await expect(load([path], { compatibleArchitectures: ['arm64'] })).rejects.toThrow(
      /is not a readable zip/,
    );
  });

  test('over 50 MiB, unless there is a bucket', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'tool.zip');
    // Other data may precede a zip's entries.
    await writeFile(path, withPadding(await zipBytes(), directUploadLimitBytes));
    const inputs = { compatibleArchitectures: ['arm64'] as const };
    await expect(load([path], inputs)).rejects.toThrow(/at most 52428800 bytes \(50 MiB\) .*"s3-bucket"/);
    expect(await load([path], { ...inputs, s3Bucket: 'layers-{region}' })).toHaveLength(1);
  });

  test('that is a folder', async () => {
    await using folder = await temporaryFolder();
    await expect(load([folder.path])).rejects.toThrow(/must be a zip file/);
  });

  test('and reports all problems together', async () => {
    await using folder = await temporaryFolder();
    const wrong = await writeLayer(folder.path, 'php-82', { size: 1, name: 'php.82' });
    const twice = await writeLayer(folder.path, 'console');
    await expect(load(['missing.zip', wrong, twice, twice])).rejects.toThrow(
      /^4 problems were found, and nothing was sent:\n- missing.zip does not exist.*\n.*bytes.*\n.*got "php.82".*\n.*"console" more than once/,
    );
  });
});

describe('a layer that is not publishable', () => {
  const local = 'http://127.0.0.1:5000';

  test('may be published to a loopback endpoint', async () => {
    await using folder = await temporaryFolder();
    const path = await writeLayer(folder.path, 'php-82', { metadata: { publishable: false } });
    expect(await load([path], { endpoints: { lambda: local, s3: undefined } })).toHaveLength(1);
  });

  test('may not be uploaded to a bucket of AWS', async () => {
    await using folder = await temporaryFolder();
    const path = await writeLayer(folder.path, 'php-82', { metadata: { publishable: false } });
    const inputs = { s3Bucket: 'layers-{region}', endpoints: { lambda: local, s3: undefined } };
    await expect(load([path], inputs)).rejects.toThrow(/publishable: false/);
  });
});

/** Adds bytes before the only entry of a zip, and corrects the offset of the directory. */
function withPadding(zip: Buffer, sizeBytes: number): Buffer {
  const padded = Buffer.concat([Buffer.alloc(sizeBytes), zip]);
  const end = padded.length - 22;
  padded.writeUInt32LE(padded.readUInt32LE(end + 16) + sizeBytes, end + 16);
  return padded;
}
