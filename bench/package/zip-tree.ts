/** Packs a layer tree like package-layer, without audit and manifest: `zip-tree.ts <tree> <zip> fast|best`. */
import { readTree } from '#lib/layer/tree.ts';
import { createDeflatePool } from '#lib/zip/deflate.ts';
import { type Level, libdeflateLevels } from '#lib/zip/levels.ts';
import { writeZip } from '#lib/zip/zip.ts';

const [tree = '', zip = '', level = 'best'] = process.argv.slice(2);
const workerModule = new URL('../../actions/package-layer/dist/index.js', import.meta.url);
await using pool = createDeflatePool(libdeflateLevels[level as Level], workerModule);
await writeZip(zip, (await readTree(tree)).entries, pool);
