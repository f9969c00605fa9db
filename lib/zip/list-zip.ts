import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { ManifestEntry } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';
import { readZip, type ZipMember } from './read-zip.ts';

/** An entry in the form of the manifest, without the compressed size, which depends on the packer. */
export type ZipEntry =
  | Omit<Extract<ManifestEntry, { type: 'file' }>, 'zippedSize'>
  | Extract<ManifestEntry, { type: 'symlink' }>;

const fileTypeMask = 0o170000;
const symlinkType = 0o120000;
/** Mode of a file in a zip without Unix modes. */
const defaultMode = 0o100644;

/**
 * Lists the files and symlinks of a zip in the order of its directory, with the SHA-256 of each file.
 *
 * @param zip content of the zip
 * @param name name of the zip in error messages
 * @throws ActionError if the zip is damaged
 */
export async function listZip(zip: Buffer, name: string): Promise<readonly ZipEntry[]> {
  const entries: ZipEntry[] = [];
  try {
    for await (const member of readZip(zip)) if (!member.isFolder) entries.push(await toEntry(member));
  } catch (cause) {
    throw new ActionError(`${name} is not a zip file, or it is damaged.`, { cause });
  }
  return entries;
}

async function toEntry({ name, mode = defaultMode, readContent }: ZipMember): Promise<ZipEntry> {
  const path = name.replace(/^\.\//, '');
  if ((mode & fileTypeMask) === symlinkType) {
    return { type: 'symlink', path, target: await text(readContent()) };
  }
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of readContent()) {
    hash.update(chunk);
    size += chunk.length;
  }
  const permissions = (mode & 0o7777).toString(8).padStart(4, '0');
  return { type: 'file', path, mode: permissions, size, sha256: hash.digest('hex') };
}
