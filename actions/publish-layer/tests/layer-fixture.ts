import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import type { Manifest } from '#lib/layer/manifest.ts';
import { sha256 } from '../../../tests/fixtures/published-layer.ts';

/** Creates a zip with one file. The same content has the same bytes. */
export async function zipBytes(content = 'content'): Promise<Buffer> {
  const zip = new JSZip();
  zip.file('bin/tool', content, { date: new Date(0), createFolders: false });
  return zip.generateAsync({ type: 'nodebuffer' });
}

/** Writes a zip and its manifest, and returns the path of the zip. */
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
