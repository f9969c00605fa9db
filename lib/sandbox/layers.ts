import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { basename, matchesGlob } from 'node:path';
import type { Cpu } from '#lib/layer/cpu.ts';
import { readManifest } from '#lib/layer/manifest.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { unpackLayer } from './unpack.ts';

/** One layer that is tested. */
export interface TestedLayer {
  /** Path of its zip, or its ARN. */
  readonly layer: string;
  /** Base64 of the zip's SHA-256, which AWS calls CodeSha256. */
  readonly sha256: string;
}

export interface Stack {
  /** Zips, in the order in which they are stacked. */
  readonly layers: readonly string[];
  readonly cpu: Cpu;
  /** Paths and patterns (`bref/etc/**`) of files that later layers are meant to replace. */
  readonly expectedOverlaps: readonly string[];
}

/**
 * Unpacks layers over one another into `opt`, as Lambda does at /opt. What one replaces of another without being
 * meant to is a warning: it is how one layer breaks another.
 *
 * @param bytes that all layers may have together
 * @throws ActionError where a zip is refused; see unpackLayer
 */
export async function stackLayers(
  stack: Stack,
  opt: string,
  log: Logger,
  bytes = unzippedLimitBytes,
): Promise<readonly TestedLayer[]> {
  await mkdir(opt);
  await chmod(opt, 0o755);
  let room = bytes;
  const stacked: TestedLayer[] = [];
  for (const zip of stack.layers) {
    const content = await readZip(zip);
    const sha256 = await identify(zip, content);
    const { files, size, replaced } = await unpackLayer({ name: zip, bytes: content }, opt, stack.cpu, room);
    room -= size;
    log.info(`${zip}: ${files} files, ${size.toLocaleString('en')} bytes; zip has SHA-256 ${sha256}`);
    reportOverlaps(zip, replaced, stack.expectedOverlaps, log);
    stacked.push({ layer: zip, sha256 });
  }
  return stacked;
}

/** @throws ActionError where there is no such file */
export async function readZip(zip: string): Promise<Buffer> {
  try {
    return await readFile(zip);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new ActionError(`"${zip}" cannot be read.`, { cause });
    }
    throw new ActionError(`Layer "${zip}" does not exist; build it first, or correct the input "layers".`);
  }
}

/** The zip's hash, which must be that of its manifest where it has one. */
export async function identify(zip: string, bytes: Buffer): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('base64');
  const manifest = await readManifest(zip);
  if (manifest !== undefined && manifest.codeSha256 !== sha256) {
    throw new ActionError(
      `"${zip}" is not the zip that its manifest is about (SHA-256 ${sha256}, there ${manifest.codeSha256}); package it anew.`,
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
  const meant = replaced.filter(isExpected);
  if (meant.length > 0) log.info(`${basename(zip)} replaces, as expected: ${meant.join(', ')}`);
  if (unexpected.length === 0) return;
  log.warning(
    `"${zip}" replaces files of layers before it: ${unexpected.join(', ')}. ` +
      'On Lambda the later layer wins too; if that is meant, list them in the input "expected-overlaps".',
    { title: 'Layers overlap' },
  );
}
