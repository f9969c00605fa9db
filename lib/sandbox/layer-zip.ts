import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ActionError } from '#lib/node/errors.ts';
import { ChecksumError, readZip, type ZipMember } from '#lib/zip/read-zip.ts';

/** One entry of a layer's zip. */
export interface ZipEntry extends Pick<ZipMember, 'name' | 'isFolder' | 'mode'> {
  /**
   * Writes the content to a stream and returns its size in bytes.
   *
   * @param limitBytes maximum size of the content, regardless of the size that the zip declares
   * @param refusal message of the error if the content is larger
   * @throws ActionError if the content is larger or damaged
   */
  extract(target: Writable, limitBytes: number, refusal: string): Promise<number>;
}

const encryptedOrUnknown =
  'is encrypted or uses a compression method other than "store" and "deflate". Create the zip again with the usual options.';

/**
 * Reads the entries of a zip one after the other. The content of an entry must be extracted before the next entry is
 * requested.
 *
 * @throws ActionError if the zip is damaged, encrypted or compressed with an unknown method
 */
export async function* readZipEntries(path: string): AsyncGenerator<ZipEntry> {
  const members = readZip(path);
  try {
    for (;;) {
      // Only errors of the reader mean that the zip is damaged, not errors of the caller between two entries.
      const next = await members.next().catch((cause: unknown) => {
        throw new ActionError(`Layer "${path}" is not a zip file, or it is damaged. Create it again.`, {
          cause,
        });
      });
      if (next.done) return;
      const { name, isFolder, mode, isReadable } = next.value;
      if (!isReadable) throw new ActionError(`"${name}" in layer "${path}" ${encryptedOrUnknown}`);
      const extract: ZipEntry['extract'] = (...args) => extractMember(path, next.value, ...args);
      yield { name, isFolder, mode, extract };
    }
  } finally {
    await members.return(undefined);
  }
}

/** Reads the content of an entry into memory. See `ZipEntry.extract` for the parameters and errors. */
export async function readZipEntry(entry: ZipEntry, limitBytes: number, refusal: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collector = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await entry.extract(collector, limitBytes, refusal);
  return Buffer.concat(chunks);
}

async function extractMember(
  path: string,
  { name, readContent }: ZipMember,
  target: Writable,
  limitBytes: number,
  refusal: string,
): Promise<number> {
  let sizeBytes = 0;
  async function* readLimited() {
    for await (const chunk of readContent()) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw new ActionError(refusal);
      yield chunk;
    }
  }
  try {
    await pipeline(Readable.from(readLimited(), { objectMode: false }), target);
  } catch (cause) {
    if (cause instanceof ActionError) throw cause;
    if (cause instanceof ChecksumError) {
      throw new ActionError(
        `"${name}" in layer "${path}" is damaged: ${cause.message}. Create the zip again.`,
      );
    }
    throw new ActionError(`"${name}" in layer "${path}" cannot be unpacked. Create the zip again.`, {
      cause,
    });
  }
  return sizeBytes;
}
