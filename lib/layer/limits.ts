import { ActionError } from '#lib/node/errors.ts';
import type { ManifestEntry } from './manifest.ts';
import { directUploadLimitBytes, unzippedLimitBytes } from './quotas.ts';
import type { TreeEntry } from './tree.ts';

/** Largest sizes that a layer may have. */
export interface Limits {
  readonly zipBytes: number;
  readonly unzippedBytes: number;
}

export interface NamedSize {
  readonly path: string;
  /** Bytes once unpacked. */
  readonly size: number;
  /** Bytes in the zip, if the zip exists. */
  readonly zippedSize?: number;
}

/** Returns the ten largest files, largest first. */
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

/** @throws ActionError if a layer tree exceeds package-layer's input "max-unzipped-size" */
export function checkUnzippedSize(
  sizeBytes: number,
  limitBytes: number,
  largest: readonly NamedSize[],
): void {
  if (sizeBytes <= limitBytes) return;
  throw new ActionError(
    `The layer tree has ${formatBytes(sizeBytes)}; "max-unzipped-size" is ${formatBytes(limitBytes)}. ` +
      `Lambda unpacks at most ${formatBytes(unzippedLimitBytes)} for a function with all its layers. ` +
      `Strip binaries (strip --strip-unneeded) and remove unused files.\n${formatLargest(largest)}`,
  );
}

/** @throws ActionError if a zip exceeds package-layer's input "max-zip-size" */
export function checkZipSize(sizeBytes: number, limitBytes: number, largest: readonly NamedSize[]): void {
  if (sizeBytes <= limitBytes) return;
  throw new ActionError(
    `The zip has ${formatBytes(sizeBytes)}; "max-zip-size" is ${formatBytes(limitBytes)}. ` +
      `Lambda accepts at most ${formatBytes(directUploadLimitBytes)} by direct upload, and larger zips from S3. ` +
      `Strip binaries (strip --strip-unneeded), remove unused files, or split the layer.\n${formatLargest(largest)}`,
  );
}

/** Formats one of Lambda's limits for messages: `50 MiB`. */
export function formatMebibytes(sizeBytes: number): string {
  return `${sizeBytes / 2 ** 20} MiB`;
}

/** Formats a size for messages: `1,234,567 bytes`. */
export function formatBytes(size: number): string {
  return `${size.toLocaleString('en-US')} bytes`;
}

function formatLargest(largest: readonly NamedSize[]): string {
  const lines = largest.map(({ path, size }) => `  ${formatBytes(size).padStart(18)}  ${path}`);
  return ['Largest files:', ...lines].join('\n');
}
