import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import { ActionError } from '#lib/node/errors.ts';

/** One entry of a layer's zip. */
export interface ZipEntry {
  /** Name as it is in the zip. It may be absolute or climb with "..". */
  readonly name: string;
  readonly isFolder: boolean;
  /** Unix file type and permissions; undefined if the zip was not made on Unix. */
  readonly mode: number | undefined;
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
/** Bit of the general purpose flags that marks a UTF-8 name. */
const utf8Flag = 0x800;
/** Host system of `version made by`: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.4.2. */
const unixHost = 3;
/** Bit of the DOS attributes that marks a folder. */
const dosFolderFlag = 0x10;

/**
 * Reads the entries of a zip one after the other, without holding the zip or its directory in memory. The content of an
 * entry must be extracted before the next entry is requested.
 *
 * @throws ActionError if the zip is damaged, encrypted or compressed with an unknown method
 */
export async function* readZipEntries(path: string): AsyncGenerator<ZipEntry> {
  const damaged = (cause: unknown) =>
    new ActionError(`Layer "${path}" is not a zip file, or it is damaged. Create it again.`, { cause });
  // This module decodes and checks the names itself, because yauzl's errors do not contain the whole name.
  const zip = await openPromise(path, { decodeStrings: false, autoClose: false }).catch((cause: unknown) => {
    throw damaged(cause);
  });
  try {
    const entries = zip.eachEntry();
    for (;;) {
      const next = await entries.next().catch((cause: unknown) => {
        throw damaged(cause);
      });
      if (next.done) return;
      const entry = toZipEntry(path, zip, next.value);
      if (!next.value.canDecodeFileData()) {
        throw new ActionError(`"${entry.name}" in layer "${path}" ${encryptedOrUnknown}`);
      }
      await zip.readLocalFileHeaderPromise(next.value, { minimal: true }).catch((cause: unknown) => {
        throw damaged(cause);
      });
      yield entry;
    }
  } finally {
    zip.close();
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

function toZipEntry(path: string, zip: ZipFile, entry: Entry): ZipEntry {
  // Some tools write UTF-8 names without setting the flag. Other encodings do not occur in layers.
  const name = getFileNameLowLevel(
    entry.generalPurposeBitFlag | utf8Flag,
    entry.fileNameRaw,
    entry.extraFields,
    true,
  );
  const isUnix = entry.versionMadeBy >>> 8 === unixHost;
  return {
    name,
    isFolder: name.endsWith('/') || (entry.externalFileAttributes & dosFolderFlag) !== 0,
    mode: isUnix ? entry.externalFileAttributes >>> 16 : undefined,
    async extract(target, limitBytes, refusal) {
      const { meter, result } = createMeter(limitBytes, refusal);
      try {
        await pipeline(await zip.openReadStreamPromise(entry), meter, target);
      } catch (cause) {
        if (cause instanceof ActionError) throw cause;
        throw new ActionError(`"${name}" in layer "${path}" cannot be unpacked. Create the zip again.`, {
          cause,
        });
      }
      const { sizeBytes, checksum } = result();
      if (checksum !== entry.crc32) {
        throw new ActionError(
          `"${name}" in layer "${path}" is damaged: its CRC-32 is ${toHex(checksum)}, but the zip declares ` +
            `${toHex(entry.crc32)}. Create the zip again.`,
        );
      }
      return sizeBytes;
    },
  };
}

/** Creates a stream that passes on at most `limitBytes`, and computes size and CRC-32. yauzl verifies no CRC-32. */
function createMeter(limitBytes: number, refusal: string) {
  let sizeBytes = 0;
  let checksum = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      checksum = crc32(chunk, checksum);
      if (sizeBytes <= limitBytes) done(null, chunk);
      else done(new ActionError(refusal));
    },
  });
  return { meter, result: () => ({ sizeBytes, checksum }) };
}

function toHex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
