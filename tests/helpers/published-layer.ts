import { createHash } from 'node:crypto';
import type { Layer } from '#lib/layer/layer.ts';

/** Bytes in place of a zip. Models of Lambda do not parse them. */
export const layerContent = Buffer.from('PK\x03\x04 content', 'latin1');

/** Returns the hash in base64, as AWS writes it. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Creates a layer that passed its checks. Its content is `layerContent`. */
export function createLayer(changes: Partial<Layer> = {}): Layer {
  return {
    name: 'php-82',
    path: 'output/php-82.zip',
    sizeBytes: layerContent.length,
    codeSha256: sha256(layerContent),
    architectures: ['x86_64'],
    runtimes: ['provided.al2023'],
    description: undefined,
    license: undefined,
    ...changes,
  };
}
