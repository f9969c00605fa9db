import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';

/** A layer to publish, and curl's request for it. */
export interface BenchLayer {
  readonly name: string;
  /** Path of the zip. */
  readonly zip: string;
  /** Path of the JSON body of PublishLayerVersion with that zip. */
  readonly body: string;
  readonly codeSha256: string;
  readonly bodyBytes: number;
}

/** Creates layers of incompressible random bytes. */
export async function createLayers(
  folder: string,
  count: number,
  zipBytes: number,
): Promise<readonly BenchLayer[]> {
  const layers: BenchLayer[] = [];
  for (let number = 1; number <= count; number++) {
    const name = `bench-${number}`;
    const zip = await new JSZip()
      .file('content', randomBytes(zipBytes))
      .generateAsync({ type: 'nodebuffer' });
    const body = JSON.stringify({
      Content: { ZipFile: zip.toString('base64') },
      CompatibleArchitectures: ['x86_64'],
      CompatibleRuntimes: ['provided.al2023'],
    });
    const layer = { name, zip: join(folder, `${name}.zip`), body: join(folder, `${name}.json`) };
    await writeFile(layer.zip, zip);
    await writeFile(layer.body, body);
    const codeSha256 = createHash('sha256').update(zip).digest('base64');
    layers.push({ ...layer, codeSha256, bodyBytes: body.length });
  }
  return layers;
}
