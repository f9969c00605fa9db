import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';

/** An npm package with libraries that its author copied from Amazon Linux 2023. */
export const amazonLibraries = {
  name: '@libphp/amazon-linux-2023-v84',
  version: '0.0.8',
  sha256: '635b169e54ae4c05b2f03518f5e56dbb41ae08d2c569c91ec755cf87cf0cf057',
};

/** Downloads the archive once, verifies it, and returns a folder with the libraries in `lib/` and a README.md. */
export async function fetchAmazonLibraries(run: Run, cacheFolder: string): Promise<string> {
  const { name, version, sha256 } = amazonLibraries;
  const archive = join(cacheFolder, `amazon-libraries-${version}.tgz`);
  if ((await hashFile(archive).catch(() => undefined)) !== sha256) await download(run, archive);
  const actual = await hashFile(archive);
  if (actual !== sha256) {
    throw new ActionError(
      `The archive of ${name} ${version} must have the SHA-256 ${sha256}; got ${actual}. Delete ${archive} and try again.`,
    );
  }
  const folder = join(cacheFolder, `amazon-libraries-${version}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const members = ['package/README.md', 'package/native/lib'];
  await run(['tar', '-xzf', archive, '-C', folder, ...members]);
  await rename(join(folder, 'package/native/lib'), join(folder, 'lib'));
  await rename(join(folder, 'package/README.md'), join(folder, 'README.md'));
  await rm(join(folder, 'package'), { recursive: true });
  return folder;
}

async function download(run: Run, archive: string): Promise<void> {
  const { name, version } = amazonLibraries;
  await mkdir(dirname(archive), { recursive: true });
  const folder = await mkdtemp(`${archive}.`);
  try {
    const { stdout } = await run([
      'npm',
      'pack',
      '--silent',
      '--pack-destination',
      folder,
      `${name}@${version}`,
    ]);
    await rename(join(folder, stdout.trim()), archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
