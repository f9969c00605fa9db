import type { ElfFile } from '#lib/elf/elf.ts';
import type { TreeFile } from '#lib/layer/tree.ts';
import type { LayerObject } from './loader.ts';

/** An ELF file of the audited layer. Lower layers have only the part in `LayerObject`. */
export interface LayerBinary extends LayerObject {
  readonly elf: ElfFile;
  readonly file: TreeFile;
  /** Hexadecimal SHA-256 of the content. */
  readonly sha256: string;
  /** Paths of other distributions in the loaded part. */
  readonly foreignPaths: readonly string[];
}
