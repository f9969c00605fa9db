import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Layer } from '#lib/layer/layer.ts';
import type { Manifest } from '#lib/layer/manifest.ts';
import { directUploadLimitBytes } from '#lib/layer/quotas.ts';
import { temporaryFolder } from '../../../../tests/helpers/temporary-folder.ts';
import { Problems } from '../../src/inputs/problems.ts';
import { type LayerInputs, loadLayers } from '../../src/layers/layers.ts';

import { sha256, writeLayer, zipBytes } from '../layer-fixture.ts';

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

test('a zip takes name and CPU from its manifest, the rest from the inputs', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'arm-php-82', { cpu: 'arm' });
  const bytes = await zipBytes('arm-php-82');
  expect(await load([path])).toEqual([
    {
      name: 'arm-php-82',
      path,
      size: bytes.length,
      codeSha256: sha256(bytes),
      architectures: ['arm64'],
      runtimes: ['provided.al2023'],
      description: 'PHP',
      license: 'MIT',
    },
  ]);
});

test('runtimes come from the metadata in the manifest unless they are given', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'tool', { metadata: { compatibleRuntimes: ['nodejs24.x'] } });
  expect((await load([path], { compatibleRuntimes: undefined }))[0]?.runtimes).toEqual(['nodejs24.x']);
  expect((await load([path]))[0]?.runtimes).toEqual(['provided.al2023']);
});

test('a layer that says no runtimes is listed for none', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'tool');
  expect((await load([path], { compatibleRuntimes: undefined }))[0]?.runtimes).toEqual([]);
});

test('a layer for any CPU is listed for both, or for the one that is given', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'console', { cpu: 'any' });
  expect((await load([path]))[0]?.architectures).toEqual(['x86_64', 'arm64']);
  expect((await load([path], { compatibleArchitectures: ['arm64'] }))[0]?.architectures).toEqual(['arm64']);
});

test('a CPU that contradicts the manifest is refused', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'php-82');
  await expect(load([path], { compatibleArchitectures: ['x86_64', 'arm64'] })).rejects.toThrow(
    /is for x86_64 as its manifest says, and "compatible-architectures" says arm64/,
  );
});

test('a zip without a manifest has the name of its file, and the CPUs of the input', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tool.zip');
  await writeFile(path, await zipBytes());
  expect(await load([path], { compatibleArchitectures: ['arm64'] })).toMatchObject([
    { name: 'tool', architectures: ['arm64'] },
  ]);
  await expect(load([path])).rejects.toThrow(
    /tool.zip: has no tool.manifest.json .*set the input "compatible-architectures" to x86_64 or arm64 or both/,
  );
});

test('CPUs that were refused as an input are not asked for again', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tool.zip');
  await writeFile(path, await zipBytes());
  await expect(load([path], { compatibleArchitectures: [] })).resolves.toHaveLength(1);
});

describe('the name', () => {
  test('that is given goes before the manifest', async () => {
    await using folder = await temporaryFolder();
    const path = await writeLayer(folder.path, 'php-82');
    expect((await load([path], { layerName: 'mine' }))[0]?.name).toBe('mine');
  });

  test('is for one layer', async () => {
    await using folder = await temporaryFolder();
    const paths = [await writeLayer(folder.path, 'one'), await writeLayer(folder.path, 'two')];
    await expect(load(paths, { layerName: 'mine' })).rejects.toThrow(
      /"layer-name" names one layer, and "layers" are 2/,
    );
  });
});

describe('patterns', () => {
  test('stand for files in order of name', async () => {
    await using folder = await temporaryFolder();
    for (const name of ['php-83', 'php-82', 'arm-php-82', 'console']) await writeLayer(folder.path, name);
    const found = await load([join(folder.path, 'php-*.zip'), join(folder.path, 'con{sole,trol}.zip')]);
    expect(found.map(({ name }) => name)).toEqual(['php-82', 'php-83', 'console']);
  });

  test('that no file matches are refused', async () => {
    await using folder = await temporaryFolder();
    await expect(load([join(folder.path, '*.zip')])).rejects.toThrow(/"layers": no file is called .*\*\.zip/);
  });
});

describe('a zip is refused', () => {
  test.each<[string, Partial<Manifest>, RegExp]>([
    ['of another size than its manifest says', { size: 1 }, /has \d+ bytes, and its manifest says 1\./],
    [
      'of other content than its manifest says',
      { codeSha256: 'abc=' },
      /has the SHA-256 .*manifest says abc=/,
    ],
    ['whose manifest is of another file', { zip: 'a.zip' }, /describes another file, "a.zip"/],
    ['with a name that Lambda does not take', { name: 'php.82' }, /must be 1 to 140 of .*got "php.82"/],
    ['with a name that is too long', { name: 'n'.repeat(141) }, /must be 1 to 140 of/],
    [
      'that is too large unzipped',
      { unzippedSize: 262_144_001 },
      /at most 262144000 bytes \(250 MiB\) unzipped/,
    ],
    ['of a CPU that Lambda does not have', { cpu: 'mips' as never }, /says its CPU/],
    ['with a manifest of another kind', { schema: 2 as never }, /is not a layer manifest of schema 1/],
    [
      'that is not to be published',
      { metadata: { publishable: false } },
      /\(publishable: false\).*Build it with PROFILE=release/,
    ],
  ])('%s', async (_, manifest, message) => {
    await using folder = await temporaryFolder();
    const path = await writeLayer(folder.path, 'php-82', manifest);
    await expect(load([path])).rejects.toThrow(message);
  });

  test.each<[string, Buffer, RegExp]>([
    ['that is none', Buffer.from('<html>'.repeat(10)), /is not a zip that can be unpacked/],
    ['that is empty', Buffer.alloc(0), /is not a zip that can be unpacked/],
    // The end record alone, which every zip has.
    ['without files', Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1'), /is a zip without files in it/],
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
      /is not a zip that can be/,
    );
  });

  test('of more than 50 MiB, unless there is a bucket to send it through', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'tool.zip');
    // Anything may precede a zip's own entries.
    await writeFile(path, withPadding(await zipBytes(), directUploadLimitBytes));
    const inputs = { compatibleArchitectures: ['arm64'] as const };
    await expect(load([path], inputs)).rejects.toThrow(/at most 52428800 bytes \(50 MiB\) .*"s3-bucket"/);
    expect(await load([path], { ...inputs, s3Bucket: 'layers-{region}' })).toHaveLength(1);
  });

  test('that is a folder', async () => {
    await using folder = await temporaryFolder();
    await expect(load([folder.path])).rejects.toThrow(/must be a zip file/);
  });

  test('together with everything else that is wrong', async () => {
    await using folder = await temporaryFolder();
    const wrong = await writeLayer(folder.path, 'php-82', { size: 1, name: 'php.82' });
    const twice = await writeLayer(folder.path, 'console');
    await expect(load(['missing.zip', wrong, twice, twice])).rejects.toThrow(
      /^4 things are wrong, and nothing was sent:\n- missing.zip: there is no such file.*\n.*bytes.*\n.*got "php.82".*\n.*"console" is there more than once/,
    );
  });
});

describe('a layer that is not to be published', () => {
  const local = 'http://127.0.0.1:5000';

  test('goes to a loopback endpoint', async () => {
    await using folder = await temporaryFolder();
    const path = await writeLayer(folder.path, 'php-82', { metadata: { publishable: false } });
    expect(await load([path], { endpoints: { lambda: local, s3: undefined } })).toHaveLength(1);
  });

  test('does not go to a bucket of AWS', async () => {
    await using folder = await temporaryFolder();
    const path = await writeLayer(folder.path, 'php-82', { metadata: { publishable: false } });
    const inputs = { s3Bucket: 'layers-{region}', endpoints: { lambda: local, s3: undefined } };
    await expect(load([path], inputs)).rejects.toThrow(/publishable: false/);
  });
});

/** The zip with its one file's data longer by `size` stored bytes: offsets are those of the directory. */
function withPadding(zip: Buffer, size: number): Buffer {
  const padded = Buffer.concat([Buffer.alloc(size), zip]);
  const end = padded.length - 22;
  padded.writeUInt32LE(padded.readUInt32LE(end + 16) + size, end + 16);
  return padded;
}
