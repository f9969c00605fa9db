import { createDeflatePool } from '#lib/zip/deflate.ts';

/** The action's own entry, from source: what the threads of a pool run. */
export const actionEntry = new URL('../../actions/package-layer/src/index.ts', import.meta.url);

/** One thread at level 6 for all tests of a file; it does not keep the process. */
export const testPool = createDeflatePool(6, actionEntry, 1);
