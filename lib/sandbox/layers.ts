import { chmod, mkdir } from 'node:fs/promises';
import { basename, matchesGlob } from 'node:path';
import type { Cpu } from '#lib/layer/cpu.ts';
import { readManifest } from '#lib/layer/manifest.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';
import type { Logger } from '#lib/node/logger.ts';
import { formatCount } from '#lib/report/count.ts';
import { unpackLayer } from './unpack.ts';

export interface TestedLayer {
  /** Path of the zip, or ARN. */
  readonly layer: string;
  /** SHA-256 of the zip in base64, as in AWS's CodeSha256. */
  readonly sha256: string;
}

export interface LayerStack {
  /** Paths of the zips, in the order in which they are stacked. */
  readonly layers: readonly string[];
  readonly cpu: Cpu;
  /** Paths and patterns (`bref/etc/**`) of files that later layers replace on purpose. */
  readonly expectedOverlaps: readonly string[];
}

/**
 * Unpacks layers over one another into `opt`, as Lambda does at /opt. A layer that replaces files of an earlier one may
 * break it, so unexpected replacements are a warning.
 *
 * @param limitBytes total size of all unpacked layers
 * @throws ActionError if a zip is refused; see `unpackLayer`
 */
export async function stackLayers(
  stack: LayerStack,
  opt: string,
  log: Logger,
  limitBytes = unzippedLimitBytes,
): Promise<readonly TestedLayer[]> {
  await mkdir(opt);
  await chmod(opt, 0o755);
  let freeBytes = limitBytes;
  const stacked: TestedLayer[] = [];
  for (const zip of stack.layers) {
    const sha256 = await hashLayer(zip);
    const { files, sizeBytes, replaced } = await unpackLayer(zip, opt, stack.cpu, freeBytes);
    freeBytes -= sizeBytes;
    const size = `${formatCount(files, 'file')}, ${sizeBytes.toLocaleString('en')} bytes`;
    log.info(`${zip}: ${size}, SHA-256 of the zip ${sha256}`);
    reportOverlaps(zip, replaced, stack.expectedOverlaps, log);
    stacked.push({ layer: zip, sha256 });
  }
  return stacked;
}

/**
 * Returns the SHA-256 of a layer's zip in base64.
 *
 * @throws ActionError if the zip does not exist or its manifest has another hash
 */
export async function hashLayer(zip: string): Promise<string> {
  const sha256 = await hashFile(zip, 'base64').catch((cause: unknown) => {
    throw new ActionError(`Layer "${zip}" cannot be read. Make it a file that this user can read.`, {
      cause,
    });
  });
  if (sha256 === undefined) {
    throw new ActionError(`Layer "${zip}" does not exist. Build it first, or correct its path.`);
  }
  const manifest = await readManifest(zip);
  if (manifest !== undefined && manifest.codeSha256 !== sha256) {
    throw new ActionError(
      `Layer "${zip}" does not match its manifest: its SHA-256 is ${sha256}, but the manifest has ` +
        `${manifest.codeSha256}. Package the layer again.`,
    );
  }
  return sha256;
}

function reportOverlaps(
  zip: string,
  replaced: readonly string[],
  expected: readonly string[],
  log: Logger,
): void {
  if (replaced.length === 0) return;
  const isExpected = (path: string) => expected.some((pattern) => matchesGlob(path, pattern));
  const unexpected = replaced.filter((path) => !isExpected(path));
  const intended = replaced.filter(isExpected);
  if (intended.length > 0) log.info(`${basename(zip)} replaces, as expected: ${intended.join(', ')}`);
  if (unexpected.length === 0) return;
  log.warning(
    `Layer "${zip}" replaces files of earlier layers: ${unexpected.join(', ')}. ` +
      'Lambda also uses the file of the later layer. If this is intended, list the files in the input "expected-overlaps".',
    { title: 'Layers overlap' },
  );
}
