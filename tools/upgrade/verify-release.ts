import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { verifySignature } from '#lib/sources/signature.ts';
import type { Announcement, FetchText } from './feeds.ts';
import type { VerifiedRelease } from './pin.ts';

export interface VerifyOptions {
  /** Downloads to a path. */
  readonly download: (url: string, path: string) => Promise<void>;
  readonly fetchText: FetchText;
  /** Where builds keep archives by their SHA-256: what was verified here need not be fetched again. */
  readonly sourceFolder: string;
  /** The version's folder, which receives the signature. */
  readonly folder: string;
  readonly keyFolder: string;
  /** Fingerprints of those who may have signed. */
  readonly keys: readonly string[];
}

/**
 * Fetches an announced release and verifies it by all that upstream gives: its hash, and its signature where it signs.
 * Throws an ActionError where one of them is not right; then nothing is kept.
 */
export async function verifyRelease(
  announced: Announcement,
  options: VerifyOptions,
): Promise<VerifiedRelease> {
  const { download, sourceFolder } = options;
  const { version, url, hash } = announced;
  await mkdir(sourceFolder, { recursive: true });
  const partial = join(sourceFolder, `${basename(url)}.upgrade`);
  try {
    await rm(partial, { force: true });
    await download(url, partial);
    const content = await readFile(partial);
    const found = hash && createHash(hash.algorithm).update(content).digest('hex');
    if (hash !== undefined && found !== hash.hex) {
      throw new ActionError(
        `${url} is not what upstream announces: ${hash.algorithm} ${hash.hex} is announced, ${found} was found.`,
      );
    }
    const signatureFile = await verifySigner(announced, partial, options);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await rename(partial, join(sourceFolder, sha256));
    return { version, sha256, url, ...(signatureFile !== undefined && { signatureFile }) };
  } finally {
    await rm(partial, { force: true });
  }
}

/** Writes the signature into the version's folder if one of the keys made it. Returns its path there. */
async function verifySigner(
  { url, signature }: Announcement,
  file: string,
  { fetchText, folder, keyFolder, keys }: VerifyOptions,
): Promise<string | undefined> {
  if (signature === undefined) return undefined;
  const relative = join('signatures', `${basename(url)}.asc`);
  const final = join(folder, relative);
  const partial = `${final}.upgrade`;
  await mkdir(join(folder, 'signatures'), { recursive: true });
  try {
    await writeFile(partial, await fetchText(signature));
    await verifySignature({ file, signature: partial, keys, keyFolders: [keyFolder] });
    await rename(partial, final);
  } finally {
    await rm(partial, { force: true });
  }
  return relative;
}
