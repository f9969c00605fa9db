import type { Cpu } from '#lib/layer/cpu.ts';
import type { Compilation } from './compilation.ts';
import type { BaseOs } from './names.ts';

/** An image of a base OS, identified by its content. The engine may not have it yet. */
export interface BaseOsImage {
  /** Name that Docker resolves, such as `bref/base-debian-12:x86`. */
  readonly image: string;
  /**
   * Identifier that is the same on all machines for the same content: the registry's digest, otherwise the hash of the
   * archive that the image was made from. An image that was loaded by hand has neither; its `id` is the engine's own.
   */
  readonly id: string;
  /** The registry's digest, if the image came from a registry. */
  readonly digest?: string;
}

/** A base OS for the CPU of the layers, and the way PHP is compiled on it. */
export interface BaseOsIdentity extends BaseOsImage {
  readonly baseOs: BaseOs;
  readonly compilation: Compilation;
  /** Image that the compilers run in. It differs from the image itself only if PHP is cross-compiled. */
  readonly buildImage: BaseOsImage & { readonly cpu: Cpu };
}
