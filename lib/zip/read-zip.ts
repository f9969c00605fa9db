import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';

/** A file, symlink or folder in a zip of any origin. */
export interface ZipMember {
  /** Name as the zip has it. It may be absolute or contain `..`. */
  readonly name: string;
  readonly isFolder: boolean;
  /** Unix file type and permissions (st_mode in inode(7)); undefined if the zip was not made on Unix. */
  readonly mode: number | undefined;
  /** Whether the content is neither encrypted nor compressed by a method other than "store" and "deflate". */
  readonly isReadable: boolean;
  /**
   * Yields the content in chunks.
   *
   * @throws ChecksumError if the CRC-32 of the content differs from the one in the zip
   * @throws Error if its size differs, or the compressed data is damaged
   */
  readContent(): AsyncGenerator<Buffer>;
}

/** The content of a member is damaged. yauzl does not verify checksums. */
export class ChecksumError extends Error {
  override name = 'ChecksumError';

  constructor(actual: number, declared: number) {
    super(`its CRC-32 is ${toHex(actual)}, but the zip declares ${toHex(declared)}`);
  }
}

/** Flag of an entry whose name is UTF-8 (APPNOTE.TXT, appendix D). */
const utf8Flag = 0x800;
/** Host system of "version made by", and the folder bit of DOS attributes (APPNOTE.TXT 4.4.2 and 4.4.15). */
const unixHost = 3;
const dosFolderFlag = 0x10;

/**
 * Reads the members of a zip in the order of its directory, without holding the zip or the directory in memory. The
 * content of a member must be read before the next member is requested.
 *
 * @param zip path of the zip, or its content
 * @throws Error if the zip is damaged
 */
export async function* readZip(zip: string | Buffer): AsyncGenerator<ZipMember> {
  // This module decodes the names itself, because yauzl rejects unsafe names without saying which entry has them.
  const options = { decodeStrings: false, autoClose: false };
  const file = await (typeof zip === 'string' ? openPromise(zip, options) : fromBufferPromise(zip, options));
  try {
    for await (const entry of file.eachEntry()) {
      const member = toMember(file, entry);
      if (member.isReadable) await file.readLocalFileHeaderPromise(entry, { minimal: true });
      yield member;
    }
  } finally {
    file.close();
  }
}

function toMember(file: ZipFile, entry: Entry): ZipMember {
  const name = decodeName(entry);
  const isUnix = entry.versionMadeBy >>> 8 === unixHost;
  return {
    name,
    isFolder: name.endsWith('/') || (entry.externalFileAttributes & dosFolderFlag) !== 0,
    mode: isUnix ? entry.externalFileAttributes >>> 16 : undefined,
    isReadable: entry.canDecodeFileData(),
    readContent: () => readContent(file, entry),
  };
}

async function* readContent(file: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let checksum = 0;
  for await (const chunk of await file.openReadStreamPromise(entry)) {
    checksum = crc32(chunk as Buffer, checksum);
    yield chunk as Buffer;
  }
  if (checksum !== entry.crc32) throw new ChecksumError(checksum, entry.crc32);
}

/**
 * Names without the UTF-8 flag are officially in code page 437, but tools on Unix write UTF-8 there. An Info-ZIP
 * Unicode path field takes precedence over both.
 */
function decodeName({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag | utf8Flag, fileNameRaw, extraFields, true);
}

function toHex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
