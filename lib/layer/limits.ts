import { ActionError } from '#lib/node/errors.ts';
import type { ManifestEntry } from './manifest.ts';
import { directUploadLimitBytes, unzippedLimitBytes } from './quotas.ts';
import type { TreeEntry } from './tree.ts';

/** What a layer may have at most, in bytes. */
export interface Limits {
  readonly zip: number;
  readonly unzipped: number;
}

export interface NamedSize {
  readonly path: string;
  /** Bytes once unpacked. */
  readonly size: number;
  /** Bytes in the zip, where it is made already. */
  readonly zippedSize?: number;
}

/** The ten largest files, largest first. */
export function largestFiles(entries: readonly (TreeEntry | ManifestEntry)[]): readonly NamedSize[] {
  return entries
    .filter((entry) => entry.type === 'file')
    .toSorted((left, right) => right.size - left.size)
    .slice(0, 10)
    .map((entry) => ({
      path: entry.path,
      size: entry.size,
      ...('zippedSize' in entry && { zippedSize: entry.zippedSize }),
    }));
}

/** Throws an ActionError where a tree has more than `limit` bytes. */
export function checkUnzippedSize(size: number, limit: number, largest: readonly NamedSize[]): void {
  if (size <= limit) return;
  throw new ActionError(
    `The tree has ${bytes(size)}; "max-unzipped-size" is ${bytes(limit)}. ` +
      `Lambda unpacks at most ${bytes(unzippedLimitBytes)}, a function and all of its layers together. ` +
      `Strip binaries (strip --strip-unneeded) and leave out what is not used.\n${list(largest)}`,
  );
}

/** Throws an ActionError where a zip has more than `limit` bytes. */
export function checkZipSize(size: number, limit: number, largest: readonly NamedSize[]): void {
  if (size <= limit) return;
  throw new ActionError(
    `The zip has ${bytes(size)}; "max-zip-size" is ${bytes(limit)}. ` +
      `Lambda takes at most ${bytes(directUploadLimitBytes)} by direct upload, and larger ones from S3. ` +
      `Strip binaries (strip --strip-unneeded), leave out what is not used, or make two layers of it.\n${list(largest)}`,
  );
}

/** `1,234,567 bytes`, for messages. */
export function bytes(size: number): string {
  return `${size.toLocaleString('en-US')} bytes`;
}

function list(largest: readonly NamedSize[]): string {
  const lines = largest.map(({ path, size }) => `  ${bytes(size).padStart(18)}  ${path}`);
  return ['The largest files:', ...lines].join('\n');
}
