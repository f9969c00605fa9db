import { readFile } from 'node:fs/promises';
import { ActionError } from '#lib/node/errors.ts';
import type { Cpu } from './cpu.ts';

/** Facts about a layer's zip. package-layer writes them beside the zip as `<name>.manifest.json`. */
export interface Manifest {
  readonly schema: 1;
  /** Name of the layer on AWS, including the CPU prefix. */
  readonly name: string;
  /** `any` if the layer contains no machine code. */
  readonly cpu: Cpu | 'any';
  /** File name of the zip, which is in the manifest's folder. */
  readonly zip: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Bytes of all unpacked files, which count against Lambda's limit. */
  readonly unzippedSize: number;
  /** Compression level (package-layer's input "level"). Absent in manifests of older releases. */
  readonly level?: 'fast' | 'best';
  /** Base64 of the SHA-256 of the zip, AWS's CodeSha256. */
  readonly codeSha256: string;
  /** All entries of the zip, sorted by path. */
  readonly files: readonly ManifestEntry[];
  /**
   * ELF files as the loader sees them, for the audit of layers that are stacked on this one (package-layer's input
   * "lower-layer-manifests"). Absent in manifests of older releases.
   */
  readonly elf?: readonly ManifestElf[];
  /** Copy of the builder's metadata, or null if there is none. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

export type ManifestEntry =
  | {
      readonly type: 'file';
      readonly path: string;
      /** Permissions in octal, such as `0755`. */
      readonly mode: string;
      /** Bytes. */
      readonly size: number;
      /** Bytes of its content in the zip: deflated, or stored if that is smaller. */
      readonly zippedSize: number;
      /** Hash of the content, hexadecimal. */
      readonly sha256: string;
    }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string };

/** An ELF file with a dynamic section. A key is absent if the file lacks the field. */
export interface ManifestElf {
  /** Path of one of the manifest's files. */
  readonly path: string;
  /** PT_INTERP, which only programs have. */
  readonly interpreter?: string;
  readonly soname?: string;
  /** DT_NEEDED, in the order of the file. */
  readonly needed: readonly string[];
  /** DT_RPATH and DT_RUNPATH, unchanged. */
  readonly rpath?: string;
  readonly runpath?: string;
  /** Symbol versions that the file defines. */
  readonly versionDefinitions: readonly string[];
}

/** Returns the path of a zip's manifest. */
export function manifestPath(zip: string): string {
  return `${zip.replace(/\.zip$/, '')}.manifest.json`;
}

/**
 * Reads the manifest beside a zip. Returns undefined if there is none, as for a zip that another tool made.
 *
 * @throws ActionError if the file is not a manifest
 */
export async function readManifest(zip: string): Promise<Manifest | undefined> {
  const path = manifestPath(zip);
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const manifest: unknown = parse(json, path);
  if (typeof manifest !== 'object' || manifest === null || !('schema' in manifest) || manifest.schema !== 1) {
    throw new ActionError(
      `${path} is not a layer manifest of schema 1. Package the layer again with package-layer.`,
    );
  }
  return manifest as Manifest;
}

function parse(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ActionError(`${path} is not JSON. Package the layer again with package-layer.`, { cause });
  }
}
