import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';

/** Compresses one whole file to a raw deflate stream (RFC 1951). */
export type Deflate = (content: Buffer) => Promise<Buffer>;

const deflateRawAsync = promisify(deflateRaw);

/**
 * zlib at its highest level, on libuv's threads, so that several files are compressed at once. Each file is one
 * stream: the bytes do not depend on how many threads there are.
 */
export const deflateWithZlib: Deflate = (content) =>
  deflateRawAsync(content, {
    level: constants.Z_BEST_COMPRESSION,
    memLevel: 9,
    chunkSize: Math.min(Math.max(content.length, 65_536), 8_388_608),
  });
