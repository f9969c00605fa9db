import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Layer } from '#lib/layer/layer.ts';
import { ActionError } from '#lib/node/errors.ts';

/** The body of PublishLayerVersion, the same bytes for every region. */
export interface RequestBody {
  readonly bytes: Buffer;
  /** SHA-256 in hexadecimal, for the request's signature. */
  readonly sha256: string;
}

/** A multiple of 3, so that the base64 of the parts is the base64 of the whole. */
const stepBytes = 384 * 1024;

/**
 * Creates the body in one buffer. It reads the zip in steps, so that memory never holds a copy of the zip or a string
 * of its size.
 *
 * @param allocate source of the buffer
 * @throws ActionError if the zip has changed since it was checked
 */
export async function createRequestBody(
  layer: Layer,
  allocate: (sizeBytes: number) => Buffer = Buffer.allocUnsafeSlow,
): Promise<RequestBody> {
  const [head, tail] = createEnvelope(layer);
  const bytes = allocate(head.length + 4 * Math.ceil(layer.sizeBytes / 3) + tail.length);
  const zipHash = createHash('sha256');
  let written = head.copy(bytes);
  const file = await open(layer.path);
  try {
    const part = Buffer.alloc(stepBytes);
    for (let read = 0; read < layer.sizeBytes; ) {
      const length = await fill(file, part, read);
      if (length === 0) break;
      zipHash.update(part.subarray(0, length));
      written += bytes.write(part.toString('base64', 0, length), written, 'latin1');
      read += length;
    }
  } finally {
    await file.close();
  }
  if (zipHash.digest('base64') !== layer.codeSha256) {
    throw new ActionError(`${layer.path} changed during publishing. Run again.`);
  }
  written += tail.copy(bytes, written);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Returns the request's JSON before and after the zip. */
function createEnvelope(layer: Layer): readonly [Buffer, Buffer] {
  const json = JSON.stringify({
    Content: { ZipFile: '' },
    CompatibleArchitectures: layer.architectures,
    CompatibleRuntimes: layer.runtimes,
    Description: layer.description,
    LicenseInfo: layer.license,
  });
  const cut = '{"Content":{"ZipFile":"'.length;
  return [Buffer.from(json.slice(0, cut)), Buffer.from(json.slice(cut))];
}

/** Fills the buffer from the file. Returns the number of bytes, which is smaller only at the end of the file. */
async function fill(file: Awaited<ReturnType<typeof open>>, part: Buffer, from: number): Promise<number> {
  let length = 0;
  while (length < part.length) {
    const { bytesRead } = await file.read(part, length, part.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
