import type { Architecture } from './cpu.ts';

/** A zip that passed every check, and the properties that its layer version is published with. */
export interface Layer {
  readonly name: string;
  readonly path: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Base64 of the SHA-256 of the zip, AWS's CodeSha256. */
  readonly codeSha256: string;
  readonly architectures: readonly Architecture[];
  readonly runtimes: readonly string[];
  readonly description: string | undefined;
  readonly license: string | undefined;
}
