import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '#lib/layer/manifest.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { run } from '../../../../actions/package-layer/src/run.ts';
import { testPool } from '../../../fixtures/deflate-pool.ts';
import { buildElf } from '../../../fixtures/elf-builder.ts';
import { makeTree } from '../../../fixtures/layer-tree.ts';
import { inputsFor } from '../../../fixtures/package-inputs.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';

const schemaFile = join(import.meta.dirname, '../../../../lib/layer/manifest.schema.json');
const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(await readFile(schemaFile, 'utf8')));

/** Packages a layer with every kind of entry and returns its manifest. */
async function makeManifest(metadata: unknown): Promise<Manifest> {
  await using fixture = await makeTree({
    bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 },
    'lib/libx.so.1': buildElf({ soname: 'libx.so.1' }),
    'lib/libx.so': { link: 'libx.so.1' },
    'déjà vu': 'x'.repeat(1_000),
  });
  if (metadata !== undefined) await writeFile(`${fixture.path}.metadata.json`, JSON.stringify(metadata));
  const needs = { log: silentLogger(), pool: testPool, writeSummary: async () => {} };
  const { manifest } = await run(inputsFor(fixture), needs);
  return JSON.parse(await readFile(manifest, 'utf8')) as Manifest;
}

const component = { name: 'libx', version: '1', license: 'MIT', files: ['lib/libx.so.1'] };

describe('the committed schema', () => {
  test.each([
    ['without metadata', undefined],
    ['with other metadata', { php: '8.2.32', facts: { compiler: 'cc' } }],
    ['with components', { components: [component, { ...component, files: [], source: { name: 'x' } }] }],
  ])('accepts the manifest of a layer %s', async (_, metadata) => {
    const manifest = await makeManifest(metadata);
    validate(manifest);
    expect(validate.errors).toBeNull();
    expect(manifest.elf).toHaveLength(1);
  });

  test.each<[string, (manifest: Manifest) => object]>([
    ['another schema number', (manifest) => ({ ...manifest, schema: 2 })],
    ['no hash', ({ codeSha256: _, ...manifest }) => manifest],
    ['a hexadecimal hash', (manifest) => ({ ...manifest, codeSha256: 'a'.repeat(64) })],
    ['an unknown level', (manifest) => ({ ...manifest, level: 'fastest' })],
    ['an unknown CPU', (manifest) => ({ ...manifest, cpu: 'arm64' })],
    ['no files', (manifest) => ({ ...manifest, files: [] })],
    ['more bytes than Lambda unpacks', (manifest) => ({ ...manifest, unzippedSize: unzippedLimitBytes + 1 })],
    ['a file without a hash', (manifest) => ({ ...manifest, files: [{ ...manifest.files[0], sha256: '' }] })],
    ['a file of mode 0777', (manifest) => ({ ...manifest, files: [{ ...manifest.files[0], mode: '0777' }] })],
    ['an absolute path', (manifest) => ({ ...manifest, files: [{ ...manifest.files[0], path: '/opt/a' }] })],
    ['a symlink without a target', (manifest) => ({ ...manifest, files: [{ type: 'symlink', path: 'a' }] })],
    [
      'an ELF file without a path',
      (manifest) => ({ ...manifest, elf: [{ needed: [], versionDefinitions: [] }] }),
    ],
    ['metadata that is a list', (manifest) => ({ ...manifest, metadata: [] })],
    [
      'a component without a name',
      (manifest) => ({ ...manifest, metadata: { components: [{ files: [] }] } }),
    ],
  ])('rejects a manifest with %s', async (_, change) => {
    expect(validate(change(await makeManifest(undefined)))).toBe(false);
  });
});
