/** Packs a layer tree with jszip's own deflate at its highest level: `zip-with-jszip.ts <tree> <zip>`. */
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import JSZip from 'jszip';
import { readTree } from '#lib/layer/tree.ts';

const [tree = '', path = ''] = process.argv.slice(2);
const zip = new JSZip();
for (const entry of (await readTree(tree)).entries) {
  if (entry.type === 'file') zip.file(entry.path, await readFile(entry.source));
  else zip.file(entry.path, entry.target, { unixPermissions: 0o120777 });
}
const options = { platform: 'UNIX', compression: 'DEFLATE', compressionOptions: { level: 9 } } as const;
await pipeline(zip.generateNodeStream(options), createWriteStream(path));
