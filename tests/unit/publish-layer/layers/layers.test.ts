import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import { describe, expect, test } from 'vitest';
import { Problems } from '../../../../actions/publish-layer/src/inputs/problems.ts';
import {
  type Layer,
  type LayerInputs,
  loadLayers as load,
} from '../../../../actions/publish-layer/src/layers/layers.ts';
import { largestDirectZip } from '../../../../actions/publish-layer/src/layers/rules.ts';
import type { Manifest } from '../../../../actions/shared/manifest.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';
import { sha256, writeLayer, zipBytes } from '../layer-fixture.ts';

const inputs: LayerInputs = {
  layers: [],
  layerName: undefined,
  compatibleArchitectures: undefined,
  compatibleRuntimes: ['provided.al2023'],
  description: 'PHP',
  license: 'MIT',
  s3Bucket: undefined,
  endpoints: { lambda: undefined, s3: undefined },
};

/** The layers where nothing is wrong with them; else all that is, in one error. */
async function loadLayers(given: LayerInputs): Promise<readonly Layer[]> {
  const problems = new Problems();
  const layers = await load(given, problems);
  problems.assertNone();
  return layers;
}

test('a zip takes name and CPU from its manifest, the rest from the inputs', async () => {
  await using folder = await temporaryFolder();
  const path = await writeLayer(folder.path, 'arm-php-82', { cpu: 'arm' });
  expect(await loadLayers({ ...inputs, layers: [path] })).toEqual([
    {
      name: 'arm-php-82',
      path,
      size: (await zipBytes('arm-php-82')).length,
      codeSha256: sha256(await zipBytes('arm-php-82')),
      architectures: ['arm64'],
      runtimes: ['provided.al2023'],
      description: 'PHP',
      license: 'MIT',
    },
  ]);
});

test('a layer for any CPU is listed for both', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'console', { cpu: 'any' })];
  expect((await loadLayers({ ...inputs, layers }))[0]?.architectures).toEqual(['x86_64', 'arm64']);
});

test('a zip without a manifest has the name of its file, and the CPUs of the input', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tool.zip');
  await writeFile(path, await zipBytes());
  const layers = await loadLayers({ ...inputs, layers: [path], compatibleArchitectures: ['arm64'] });
  expect(layers).toMatchObject([{ name: 'tool', architectures: ['arm64'] }]);
  await expect(loadLayers({ ...inputs, layers: [path] })).rejects.toThrow(
    /tool.zip: has no tool.manifest.json .*set the input "compatible-architectures" to x86_64 or arm64 or both/,
  );
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
    [
      'that is not to be published',
      { metadata: { publishable: false } },
      /\(publishable: false\).*Build it with PROFILE=release/,
    ],
  ])('%s', async (_, manifest, message) => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82', manifest)];
    await expect(loadLayers({ ...inputs, layers })).rejects.toThrow(message);
  });

  test.each<[string, Buffer | Promise<Buffer>, RegExp]>([
    ['that is none', Buffer.from('<html>'), /is not a zip that can be unpacked/],
    ['that is empty', Buffer.alloc(0), /is not a zip that can be unpacked/],
    ['of more than 50 MiB', largeZip(), /at most 52428800 bytes \(50 MiB\)/],
  ])('%s', async (_, bytes, message) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'tool.zip');
    await writeFile(path, await bytes);
    await expect(
      loadLayers({ ...inputs, layers: [path], compatibleArchitectures: ['arm64'] }),
    ).rejects.toThrow(message);
  });

  test('that is a folder', async () => {
    await using folder = await temporaryFolder();
    await expect(loadLayers({ ...inputs, layers: [folder.path] })).rejects.toThrow(/must be a zip file/);
  });

  test('together with everything else that is wrong', async () => {
    await using folder = await temporaryFolder();
    const wrong = await writeLayer(folder.path, 'php-82', { size: 1, name: 'php.82' });
    const twice = await writeLayer(folder.path, 'console');
    const layers = ['missing.zip', wrong, twice, twice];
    await expect(loadLayers({ ...inputs, layers })).rejects.toThrow(
      /^4 things are wrong, .*\n- missing.zip: there is no such file.*\n.*has \d+ bytes.*\n.*got "php.82".*\n.*"console" is there more than once/,
    );
  });
});

test('a layer that is not to be published goes to a loopback endpoint', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'php-82', { metadata: { publishable: false } })];
  const endpoints = { lambda: 'http://127.0.0.1:5000', s3: undefined };
  expect(await loadLayers({ ...inputs, layers, endpoints })).toHaveLength(1);
});

test('patterns stand for the files that they match, in order of name', async () => {
  await using folder = await temporaryFolder();
  for (const name of ['php-82-fpm', 'php-82', 'console']) await writeLayer(folder.path, name);
  const layers = await loadLayers({ ...inputs, layers: [join(folder.path, 'php-*.zip')] });
  expect(layers.map(({ name }) => name)).toEqual(['php-82-fpm', 'php-82']);
  const none = { ...inputs, layers: [join(folder.path, 'ruby-*.zip')] };
  await expect(loadLayers(none)).rejects.toThrow(/no file is called .*ruby-\*\.zip/);
});

test('a large zip is taken where there is a bucket to send it through', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tool.zip');
  await writeFile(path, await largeZip());
  const given = {
    ...inputs,
    layers: [path],
    compatibleArchitectures: ['arm64'] as const,
    s3Bucket: 'layers',
  };
  expect(await loadLayers(given)).toHaveLength(1);
});

/** Stored, of a little more than PublishLayerVersion takes. */
async function largeZip(): Promise<Buffer> {
  const zip = new JSZip();
  zip.file('large', Buffer.alloc(largestDirectZip));
  return zip.generateAsync({ type: 'nodebuffer' });
}
