import { cpSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';

const { INPUT_NAME: name = '', INPUT_PATTERN: pattern = '', INPUT_PATH: path = '' } = process.env;
const folder = join(process.env.REHEARSAL_FOLDER ?? '', 'artifacts');
const found = globSync(join(folder, name === '' ? pattern : name));
if (found.length === 0) {
  console.log(`::error::No artifact matches ${name || pattern}.`);
  process.exit(1);
}
for (const artifact of found)
  cpSync(artifact, found.length === 1 ? path : join(path, basename(artifact)), { recursive: true });
console.log(`Downloaded artifacts: ${found.map((artifact) => basename(artifact)).join(', ')}`);
