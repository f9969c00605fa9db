import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import type { FetchText } from '#lib/php-releases/fetch-text.ts';
import { verifySignature } from '#lib/sources/signature.ts';
import type { Announcement } from './feeds.ts';
import type { VerifiedRelease } from './pin.ts';

export interface VerifyOptions {
  readonly download: (url: string, path: string) => Promise<void>;
  readonly fetchText: FetchText;
  /** Folder in which builds keep archives, named by their SHA-256. The verified archive is kept there. */
  readonly sourceFolder: string;
  /** The PHP version's folder, which receives the signature. */
  readonly folder: string;
  readonly keyFolder: string;
  /** Fingerprints of the keys that may have signed. */
  readonly keys: readonly string[];
}

/**
 * Fetches an announced release and verifies the announced hash and signature. Keeps nothing if one of them is wrong.
 *
 * @throws ActionError if the hash or the signature is wrong
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
        `${url} does not match the announced hash: expected ${hash.algorithm} ${hash.hex}, found ${found}. Try again later.`,
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

/** Writes the signature to the PHP version's folder if one of the keys made it. Returns its path in that folder. */
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
