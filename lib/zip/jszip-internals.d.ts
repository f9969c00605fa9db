// Parts of jszip 3.10.1 that are not in its public types; see zip.ts for why they are used.
declare module 'jszip/lib/compressedObject.js' {
  import type { Compression } from 'jszip/lib/compressions.js';

  /** Content that is compressed already: jszip writes it as it is. */
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
    /** The method's number in the zip, two bytes. */
    readonly magic: string;
  }
  const compressions: { readonly STORE: Compression; readonly DEFLATE: Compression };
  export default compressions;
}
