import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readManifest } from '#lib/layer/manifest.ts';
import { testPool } from '../../../tests/fixtures/deflate-pool.ts';
import { buildElf, x86Interpreter } from '../../../tests/fixtures/elf-builder.ts';
import { makeTree, type TreeFixture } from '../../../tests/fixtures/layer-tree.ts';
import { inputsFor } from '../../../tests/fixtures/package-inputs.ts';
import { silentLogger } from '../../../tests/fixtures/silent-logger.ts';
import type { Inputs } from '../src/inputs.ts';
import { type Dependencies, type Result, run } from '../src/run.ts';

const good = { bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 }, 'bref/a.php': '<?php' };
const missingLibrary = buildElf({ interpreter: x86Interpreter, needed: ['libonig.so.5'] });

async function runOn(
  fixture: TreeFixture,
  change: Partial<Inputs> = {},
): Promise<Result & { summary: string }> {
  const summaries: string[] = [];
  const result = await run(inputsFor(fixture, change), dependencies(summaries));
  return { ...result, summary: summaries.join('') };
}

function dependencies(summaries: string[] = []): Dependencies {
  return {
    log: silentLogger(),
    pool: testPool,
    writeSummary: async (markdown) => {
      summaries.push(markdown);
    },
  };
}

async function outputOf(fixture: TreeFixture): Promise<readonly string[]> {
  return (await readdir(join(fixture.root, 'output')).catch(() => [])).sort();
}

describe('a valid layer', () => {
  test('becomes a zip, a manifest with its hash, an audit and an SBOM', async () => {
    await using fixture = await makeTree(good);
    const result = await runOn(fixture);
    expect(await outputOf(fixture)).toEqual([
      'layer.audit.json',
      'layer.manifest.json',
      'layer.sbom.json',
      'layer.zip',
    ]);
    const zip = await readFile(result.zip);
    expect(result).toMatchObject({
      size: zip.length,
      unzippedSize: 15,
      sha256: createHash('sha256').update(zip).digest('hex'),
      codeSha256: createHash('sha256').update(zip).digest('base64'),
    });
    expect(await readManifest(result.zip)).toMatchObject({
      schema: 1,
      name: 'layer',
      cpu: 'x86',
      zip: 'layer.zip',
      size: zip.length,
      unzippedSize: 15,
      level: 'fast',
      codeSha256: result.codeSha256,
      files: [{ path: 'bootstrap' }, { path: 'bref/a.php' }],
      metadata: null,
    });
    expect(JSON.parse(await readFile(result.audit, 'utf8'))).toMatchObject({
      verdict: 'passed',
      findings: [],
    });
    expect(result.summary).toContain('### Layer <code>layer</code>');
  });

  test('has the metadata of the file beside the layer tree, or of the given file', async () => {
    await using fixture = await makeTree(good);
    await writeFile(`${fixture.path}.metadata.json`, '{"php":"8.2.32"}');
    const other = join(fixture.root, 'other.json');
    await writeFile(other, '{"go":"1.26"}');
    expect((await readManifest((await runOn(fixture)).zip))?.metadata).toEqual({ php: '8.2.32' });
    expect((await readManifest((await runOn(fixture, { metadata: other })).zip))?.metadata).toEqual({
      go: '1.26',
    });
  });

  test('has no headers and no second copy of a library, unless "prune" is false', async () => {
    const library = buildElf({ soname: 'libx.so.1' });
    await using fixture = await makeTree({
      ...good,
      'include/x.h': 'x',
      'lib/libx.so': library,
      'lib/libx.so.1': library,
    });
    const typesOf = async (change: Partial<Inputs>): Promise<unknown> =>
      (await readManifest((await runOn(fixture, change)).zip))?.files.map(({ path, type }) => [path, type]);
    expect(await typesOf({})).toEqual([
      ['bootstrap', 'file'],
      ['bref/a.php', 'file'],
      ['lib/libx.so', 'symlink'],
      ['lib/libx.so.1', 'file'],
    ]);
    expect(await typesOf({ prune: false })).toEqual([
      ['bootstrap', 'file'],
      ['bref/a.php', 'file'],
      ['include/x.h', 'file'],
      ['lib/libx.so', 'file'],
      ['lib/libx.so.1', 'file'],
    ]);
  });

  test('has an SBOM with the components of the metadata', async () => {
    await using fixture = await makeTree({ ...good, 'lib/libx.so.1': buildElf({ soname: 'libx.so.1' }) });
    const component = { name: 'libx', version: '1.2', license: 'MIT', files: ['lib/libx.so.1'] };
    await writeFile(`${fixture.path}.metadata.json`, JSON.stringify({ components: [component] }));
    const { sbom } = await runOn(fixture);
    expect(JSON.parse(await readFile(sbom, 'utf8'))).toMatchObject({
      bomFormat: 'CycloneDX',
      components: [{ name: 'libx', version: '1.2', components: [{ name: 'lib/libx.so.1' }] }],
    });
  });

  test('may violate a waived rule', async () => {
    await using fixture = await makeTree({ 'bin/a': missingLibrary });
    const waivers = [{ rule: 'missing-library', file: undefined, reason: 'in another layer' }] as const;
    const { audit } = await runOn(fixture, { waivers });
    expect(JSON.parse(await readFile(audit, 'utf8'))).toMatchObject({
      verdict: 'passed',
      findings: [{ rule: 'missing-library', waived: 'in another layer' }],
    });
  });
});

describe('an invalid layer', () => {
  test('leaves only the audit, and removes the zip of an earlier run', async () => {
    await using fixture = await makeTree(good);
    await runOn(fixture);
    await mkdir(join(fixture.path, 'bin'));
    await writeFile(join(fixture.path, 'bin/a'), missingLibrary, { mode: 0o755 });
    const summaries: string[] = [];
    const packaging = run(inputsFor(fixture), dependencies(summaries));
    await expect(packaging).rejects.toThrow(
      /^Layer layer would not work on Lambda and was not packaged\. The audit found 1 error, listed above/,
    );
    expect(await outputOf(fixture)).toEqual(['layer.audit.json']);
    const audit = await readFile(join(fixture.root, 'output/layer.audit.json'), 'utf8');
    expect(JSON.parse(audit)).toMatchObject({
      verdict: 'failed',
      findings: [{ rule: 'missing-library', file: 'bin/a', subject: 'libonig.so.5' }],
    });
    expect(summaries.join()).toContain('was not packaged');
  });

  test.each([
    ['machine code of the other CPU', { 'bin/a': buildElf({ machine: 183 }) }],
    ['a missing library', { 'bin/a': missingLibrary }],
    ['a truncated file', { 'bin/a': missingLibrary.subarray(0, 100) }],
  ])('with %s is not packaged', async (_, files) => {
    await using fixture = await makeTree(files);
    await expect(runOn(fixture)).rejects.toThrow('would not work on Lambda');
    expect(await outputOf(fixture)).toEqual(['layer.audit.json']);
  });

  test('that is too large when unzipped is rejected with its largest file, before any file is read', async () => {
    await using fixture = await makeTree({ ...good, 'lib/huge.dat': '' });
    await truncate(join(fixture.path, 'lib/huge.dat'), 262_144_001);
    await expect(runOn(fixture)).rejects.toThrow(/at most 262,144,000 bytes[\s\S]*lib\/huge\.dat/);
    expect(await outputOf(fixture)).toEqual([]);
  });

  test('whose zip is too large leaves no zip and no manifest', async () => {
    await using fixture = await makeTree({ 'noise.dat': { bytes: randomBytes(52_428_801), mode: 0o644 } });
    await expect(runOn(fixture)).rejects.toThrow(
      /at most 52,428,800 bytes by direct upload[\s\S]*noise\.dat/,
    );
    expect(await outputOf(fixture)).toEqual(['layer.audit.json']);
  });
});

test.each([
  [
    'max-unzipped-size',
    { zipBytes: 1_000, unzippedBytes: 14 },
    'The layer tree has 15 bytes; "max-unzipped-size" is 14 bytes.',
  ],
  [
    'max-zip-size',
    { zipBytes: 100, unzippedBytes: 15 },
    /^The zip has \d+ bytes; "max-zip-size" is 100 bytes\./,
  ],
])('rejects a layer that exceeds "%s"', async (_, limits, message) => {
  await using fixture = await makeTree(good);
  await expect(runOn(fixture, { limits })).rejects.toThrow(message);
  expect(await outputOf(fixture)).not.toContain('layer.zip');
});

test('rejects a layer that Lambda cannot unpack together with its lower layer', async () => {
  await using fixture = await makeTree(good);
  const { manifest } = await runOn(fixture, { name: 'below', output: fixture.root });
  const below = JSON.parse(await readFile(manifest, 'utf8'));
  await writeFile(manifest, JSON.stringify({ ...below, unzippedSize: 262_143_986 }));
  await expect(runOn(fixture, { lowerLayerManifests: [manifest] })).rejects.toThrow(
    'lower layers (below: 262,143,986 bytes) have 262,144,001 bytes together',
  );
  expect(await outputOf(fixture)).toEqual([]);
});

describe('rejects a layer tree', () => {
  test('with a name that zip readers unpack differently, before the audit', async () => {
    await using fixture = await makeTree({ ...good, 'a\\b': 'x' });
    await expect(runOn(fixture)).rejects.toThrow('contains a backslash or a control character');
    expect(await outputOf(fixture)).toEqual([]);
  });

  test.each([
    ['does not exist', 'nothing'],
    ['is a file', 'tree/bootstrap'],
  ])('that %s', async (_, path) => {
    await using fixture = await makeTree(good);
    await expect(runOn(fixture, { path: join(fixture.root, path) })).rejects.toThrow(
      'Input "path" must be the folder of the layer\'s files, which becomes /opt',
    );
  });

  test('without files', async () => {
    await using fixture = await makeTree({});
    await mkdir(join(fixture.path, 'lib'));
    await expect(runOn(fixture)).rejects.toThrow('Input "path" must be a folder that contains files');
  });

  test('with a pipe', async () => {
    await using fixture = await makeTree(good);
    execFileSync('mkfifo', [join(fixture.path, 'pipe')]);
    await expect(runOn(fixture)).rejects.toThrow('pipe is a pipe; a layer can contain only files');
  });

  test('with a name that is not UTF-8', async () => {
    await using fixture = await makeTree(good);
    await writeFile(Buffer.concat([Buffer.from(`${fixture.path}/`), Buffer.from([0x66, 0xff])]), 'x');
    await expect(runOn(fixture)).rejects.toThrow('A name in / is not UTF-8');
  });

  test.each([
    ['does not exist', undefined, 'cannot be read'],
    ['is not JSON', '{', 'is not JSON'],
    ['is a list', '[]', 'must contain a JSON object'],
    [
      'has components that are not a list',
      '{"components":{}}',
      '"components" in the metadata must be a list',
    ],
    [
      'names a license text that is not in the layer',
      '{"components":[{"name":"x","files":["bootstrap"],"licenseText":"LICENSE"}]}',
      'the license text of x, "LICENSE", is not in the layer',
    ],
  ])('if its metadata file %s', async (_, json, message) => {
    await using fixture = await makeTree(good);
    const metadata = join(fixture.root, 'given.json');
    if (json !== undefined) await writeFile(metadata, json);
    await expect(runOn(fixture, { metadata })).rejects.toThrow(message);
    expect(await outputOf(fixture)).toEqual([]);
  });
});
