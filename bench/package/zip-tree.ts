/** What package-layer does without audit and manifest: `zip-tree.ts <tree> <zip> fast|best`. */
import { readTree } from '../../actions/package-layer/src/tree.ts';
import { createDeflatePool } from '../../actions/package-layer/src/zip/deflate.ts';
import { type Level, libdeflateLevels } from '../../actions/package-layer/src/zip/levels.ts';
import { writeZip } from '../../actions/package-layer/src/zip/zip.ts';

const [tree = '', zip = '', level = 'best'] = process.argv.slice(2);
const entry = new URL('../../actions/package-layer/dist/index.js', import.meta.url);
await using pool = createDeflatePool(libdeflateLevels[level as Level], entry);
await writeZip(zip, (await readTree(tree)).entries, pool);
