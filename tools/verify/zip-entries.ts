import { createHash } from 'node:crypto';
import JSZip from 'jszip';
import type { ManifestEntry } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';

/** An entry as a manifest tells it, but for what only the zip's maker knows. */
export type ZipEntry =
  | Omit<Extract<ManifestEntry, { type: 'file' }>, 'zippedSize'>
  | Extract<ManifestEntry, { type: 'symlink' }>;

/** st_mode's kind of file, and the kind that is a symlink: inode(7). */
const kindMask = 0o170000;
const symlinkKind = 0o120000;

/** The files and symlinks of a zip, whoever made it; `name` is what errors call it. Throws an ActionError. */
export async function readZipEntries(zip: Buffer, name: string): Promise<readonly ZipEntry[]> {
  let content: JSZip;
  try {
    content = await JSZip.loadAsync(zip, { checkCRC32: true });
  } catch (cause) {
    throw new ActionError(`${name} is not a zip file, or a damaged one.`, { cause });
  }
  const entries: ZipEntry[] = [];
  for (const entry of Object.values(content.files)) {
    if (entry.dir) continue;
    const path = (entry.unsafeOriginalName ?? entry.name).replace(/^\.\//, '');
    // Zips made elsewhere than on Unix say nothing of modes; files of such a zip are 0644 once unpacked.
    const mode = Number(entry.unixPermissions ?? 0o100644);
    const bytes = await entry.async('nodebuffer');
    entries.push(
      (mode & kindMask) === symlinkKind
        ? { type: 'symlink', path, target: bytes.toString() }
        : {
            type: 'file',
            path,
            mode: (mode & 0o7777).toString(8).padStart(4, '0'),
            size: bytes.length,
            sha256: createHash('sha256').update(bytes).digest('hex'),
          },
    );
  }
  return entries;
}
