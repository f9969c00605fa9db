import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import JSZip from 'jszip';
import { actionFolder } from '../action-folder.ts';
import type { Case } from '../cases/case.ts';

/** The zip of a function's code: what is at /var/task in a container, and the `bootstrap` that it takes. */
export async function packCode(test: Case, entrypoint: string | undefined): Promise<Buffer> {
  const zip = new JSZip();
  await addFolder(zip, test.task);
  const bootstrap = await chooseBootstrap(test, entrypoint);
  if (bootstrap !== undefined) zip.file('bootstrap', bootstrap, { unixPermissions: 0o100755 });
  return zip.generateAsync({ type: 'nodebuffer', platform: 'UNIX', compression: 'DEFLATE' });
}

/** Lambda prefers a `bootstrap` of the code to one of a layer; undefined where the latter is what is tested. */
async function chooseBootstrap(test: Case, entrypoint: string | undefined): Promise<string | undefined> {
  if (test.kind === 'invocation') {
    return entrypoint === undefined ? undefined : `#!/bin/sh\nexec ${entrypoint}\n`;
  }
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
