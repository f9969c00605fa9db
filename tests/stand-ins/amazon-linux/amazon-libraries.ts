import { extract } from 'tar';
import type { Logger } from '#lib/node/logger.ts';
import { fetchArchives } from '../../binaries/archives.ts';

/** An npm package with libraries that its author copied from Amazon Linux 2023. */
const amazonLibraries = {
  npm: '@libphp/amazon-linux-2023-v84',
  version: '0.0.8',
  sha256: '635b169e54ae4c05b2f03518f5e56dbb41ae08d2c569c91ec755cf87cf0cf057',
};

/**
 * Downloads the archive once, verifies it, and unpacks `README.md` and the libraries in `native/lib/` to a folder.
 *
 * @param folder existing folder
 */
export async function unpackAmazonLibraries(folder: string, cacheFolder: string, log: Logger): Promise<void> {
  const fetched = await fetchArchives([amazonLibraries], log, { folder: cacheFolder, addresses: [] });
  for (const { file } of fetched) {
    await extract({ file, cwd: folder, strip: 1 }, ['package/README.md', 'package/native/lib']);
  }
}
