import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layer } from '../../../actions/publish-layer/src/layers/layers.ts';
import type { Manifest } from '../../../actions/shared/manifest.ts';

/** The least that passes for a zip with files in it, and then some. */
export function zipBytes(content = ''): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.from(content)]);
}

/** Base64, as AWS writes it. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Writes a zip and its manifest; a test states only what matters to it. */
export async function writeLayer(
  folder: string,
  name: string,
  changes: Partial<Manifest> = {},
): Promise<string> {
  const path = join(folder, `${name}.zip`);
  const bytes = zipBytes(name);
  const manifest: Manifest = {
    schema: 1,
    name,
    cpu: 'x86',
    zip: `${name}.zip`,
    size: bytes.length,
    unzippedSize: 100,
    codeSha256: sha256(bytes),
    files: [],
    metadata: null,
    ...changes,
  };
  await writeFile(path, bytes);
  await writeFile(join(folder, `${name}.manifest.json`), JSON.stringify(manifest));
  return path;
}

/** A layer that passed its checks. */
export function createLayer(changes: Partial<Layer> = {}): Layer {
  return {
    name: 'php-82',
    path: 'output/php-82.zip',
    size: 4,
    codeSha256: sha256(zipBytes()),
    architectures: ['x86_64'],
    runtimes: ['provided.al2023'],
    description: undefined,
    license: undefined,
    ...changes,
  };
}
