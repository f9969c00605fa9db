import type { Architecture } from './cpu.ts';

/** A zip that passed every check, and the properties of its layer version. */
export interface Layer {
  readonly name: string;
  readonly path: string;
  /** Size of the zip. */
  readonly sizeBytes: number;
  /** Base64 of the zip's SHA-256, AWS's CodeSha256. */
  readonly codeSha256: string;
  readonly architectures: readonly Architecture[];
  readonly runtimes: readonly string[];
  readonly description: string | undefined;
  readonly license: string | undefined;
}
