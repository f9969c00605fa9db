import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import JSZip from 'jszip';
import { actionFolder } from '../action-folder.ts';
import type { Case, ScriptCase } from '../cases/case.ts';

/** Packs a function's code: the folder mounted at /var/task and, for a script, a bootstrap that runs it. */
export async function packCode(test: Case): Promise<Buffer> {
  const zip = new JSZip();
  await addFolder(zip, test.task);
  if (test.kind === 'script') {
    // Lambda prefers a `bootstrap` of the code to one of a layer.
    zip.file('bootstrap', await buildScriptBootstrap(test), { unixPermissions: 0o100755 });
  }
  return zip.generateAsync({ type: 'nodebuffer', platform: 'UNIX', compression: 'DEFLATE' });
}

async function buildScriptBootstrap(test: ScriptCase): Promise<string> {
  const template = await readFile(join(actionFolder, 'lambda/run-script'), 'utf8');
  const command = test.command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return template.replace('serve "$@"\n', () => `serve ${command}\n`);
}

async function addFolder(zip: JSZip, folder: string): Promise<void> {
  const paths = (await readdir(folder, { recursive: true })).sort();
  for (const path of paths) {
    const file = join(folder, path);
    const found = await lstat(file);
    const name = relative(folder, file).split(sep).join('/');
    const options = { unixPermissions: found.mode, createFolders: false };
    if (found.isSymbolicLink()) zip.file(name, await readlink(file), options);
    else if (found.isFile()) zip.file(name, await readFile(file), options);
  }
}
