import type { Tree } from '#lib/layer/tree.ts';

/** The layer tree to pack, and its differences from the original. */
export interface PrunedTree {
  readonly tree: Tree;
  readonly removed: readonly RemovedEntry[];
  readonly linked: readonly LinkedFile[];
}

export interface RemovedEntry {
  readonly path: string;
  /** Name of the rule that removed it. */
  readonly rule: string;
  /** Bytes; 0 for a symlink. */
  readonly size: number;
}

/** A library that became a symlink to an equal library in the same folder. */
export interface LinkedFile {
  readonly path: string;
  /** Name of the other library in that folder. */
  readonly target: string;
  /** Bytes saved. */
  readonly size: number;
}
