import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import type { Layer } from '#lib/layer/layer.ts';
import type { Manifest } from '#lib/layer/manifest.ts';

/** A zip with one file: the same bytes for the same content. */
export async function zipBytes(content = 'content'): Promise<Buffer> {
  const zip = new JSZip();
  zip.file('bin/tool', content, { date: new Date(0), createFolders: false });
  return zip.generateAsync({ type: 'nodebuffer' });
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
  const bytes = await zipBytes(name);
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

/** A layer that passed its checks. Its content is in `layerContent`. */
export function createLayer(changes: Partial<Layer> = {}): Layer {
  return {
    name: 'php-82',
    path: 'output/php-82.zip',
    size: layerContent.length,
    codeSha256: sha256(layerContent),
    architectures: ['x86_64'],
    runtimes: ['provided.al2023'],
    description: undefined,
    license: undefined,
    ...changes,
  };
}

/** What a zip would be; models do not look into it. */
export const layerContent = Buffer.from('PK\x03\x04 content', 'latin1');
