import { readFile } from 'node:fs/promises';
import { ActionError } from '#lib/node/errors.ts';
import type { Cpu } from './cpu.ts';

/** What is known of a layer's zip; written beside it as `<name>.manifest.json` by package-layer. */
export interface Manifest {
  readonly schema: 1;
  /** The layer's name at AWS, CPU prefix included. */
  readonly name: string;
  /** `any`: nothing in the layer is machine code. */
  readonly cpu: Cpu | 'any';
  /** The zip's file name, in the manifest's own folder. */
  readonly zip: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Bytes of all files once unpacked, as Lambda counts them against its limit. */
  readonly unzippedSize: number;
  /** How hard the zip was compressed (package-layer's input "level"); absent in manifests of older releases. */
  readonly level?: 'fast' | 'best';
  /** Base64 of the SHA-256 of the zip: what AWS calls CodeSha256. */
  readonly codeSha256: string;
  /** Sorted by path. */
  readonly files: readonly ManifestEntry[];
  /**
   * The layer's machine code as a loader sees it, for the audit of layers that are stacked on this one
   * (package-layer's input "base-manifests"). Absent in manifests of older releases.
   */
  readonly elf?: readonly ManifestElf[];
  /** What the builder said of the tree, taken in as it was; null where it said nothing. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

export type ManifestEntry =
  | {
      readonly type: 'file';
      readonly path: string;
      /** Octal, such as `0755`. */
      readonly mode: string;
      /** Bytes. */
      readonly size: number;
      /** Bytes of its content in the zip: deflated, or as it is where that is smaller. */
      readonly zippedSize: number;
      /** Hexadecimal. */
      readonly sha256: string;
    }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string };

/** An ELF file that has a dynamic section. A key is absent where the file has no such field. */
export interface ManifestElf {
  /** One of the manifest's files. */
  readonly path: string;
  /** PT_INTERP, which programs have. */
  readonly interpreter?: string;
  readonly soname?: string;
  /** DT_NEEDED, in the file's order. */
  readonly needed: readonly string[];
  /** DT_RPATH and DT_RUNPATH, as in the file. */
  readonly rpath?: string;
  readonly runpath?: string;
  /** The symbol versions that it defines. */
  readonly versionDefinitions: readonly string[];
}

/** Where the manifest of a zip lies. */
export function manifestPath(zip: string): string {
  return `${zip.replace(/\.zip$/, '')}.manifest.json`;
}

/** The manifest beside a zip, or undefined where it has none (a layer made by another tool). */
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
    throw new ActionError(`${path} is not a layer manifest of schema 1; make it anew with package-layer.`);
  }
  return manifest as Manifest;
}

function parse(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ActionError(`${path} is not JSON; make it anew with package-layer.`, { cause });
  }
}
