import { createDeflatePool } from '#lib/zip/deflate.ts';

/** Source of package-layer's entry, which the threads of a pool run. */
export const workerModule = new URL('../../actions/package-layer/src/index.ts', import.meta.url);

/** Pool of one thread at level 6 for all tests of a file. It does not keep the process alive. */
export const testPool = createDeflatePool(6, workerModule, 1);
