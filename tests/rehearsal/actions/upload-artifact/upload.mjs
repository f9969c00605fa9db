import { copyFileSync, existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

const { INPUT_NAME: name = '', INPUT_PATH: path = '', INPUT_OVERWRITE: overwrite } = process.env;
const folder = join(process.env.REHEARSAL_FOLDER ?? '', 'artifacts', name);
const files = path
  .split('\n')
  .filter((line) => line.trim() !== '')
  .flatMap((pattern) => globSync(pattern.trim()));
if (files.length === 0 && process.env['INPUT_IF-NO-FILES-FOUND'] === 'error')
  fail(`No file matches ${path}.`);
if (existsSync(folder) && overwrite !== 'true') fail(`Artifact ${name} already exists.`);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const file of files) copyFileSync(file, join(folder, basename(file)));
console.log(`Uploaded artifact ${name} with ${files.length} files`);

function fail(message) {
  console.log(`::error::${message}`);
  process.exit(1);
}
