// Parts of jszip 3.10.1 that its public types lack. zip.ts explains their use.
declare module 'jszip/lib/compressedObject.js' {
  import type { Compression } from 'jszip/lib/compressions.js';

  /** Compressed content, which jszip writes unchanged. */
  class CompressedObject {
    constructor(
      compressedSize: number,
      uncompressedSize: number,
      crc32: number,
      compression: Compression,
      compressedContent: Buffer,
    );
  }
  export = CompressedObject;
}

declare module 'jszip/lib/compressions.js' {
  export interface Compression {
    /** Number of the compression method in the zip, two bytes. */
    readonly magic: string;
  }
  const compressions: { readonly STORE: Compression; readonly DEFLATE: Compression };
  export default compressions;
}
