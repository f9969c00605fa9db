import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';
import { isElf } from '#lib/elf/elf.ts';
import type { Tree, TreeEntry, TreeFile, TreeSymlink } from '#lib/layer/tree.ts';
import { ActionError } from '#lib/node/errors.ts';
import { linkDuplicates } from './duplicates.ts';
import { type PruneRule, pruneRules } from './rules.ts';

/** What is packed instead of the tree as it was found, and what became of the rest. */
export interface PrunedTree {
  readonly tree: Tree;
  readonly removed: readonly RemovedEntry[];
  readonly linked: readonly LinkedFile[];
}

export interface RemovedEntry {
  readonly path: string;
  readonly rule: string;
  /** Bytes; 0 for a symlink. */
  readonly size: number;
}

/** A library that becomes a symlink to another of the same folder and content. */
export interface LinkedFile {
  readonly path: string;
  /** The other's name in that folder. */
  readonly target: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Leaves out what no layer needs, and packs equal libraries of one folder once. The tree's own files are not touched.
 * Nothing is left out that could be run or loaded: no ELF file, no script, nothing executable.
 */
export async function pruneTree(tree: Tree): Promise<PrunedTree> {
  const removed = new Map<string, RemovedEntry>();
  // Files first: a symlink can be judged once it is known what became of its target.
  const filesFirst = tree.entries.toSorted((left, right) => (left.type < right.type ? -1 : 1));
  for (const entry of filesFirst) {
    const { path } = entry;
    const rule = entry.type === 'file' ? await findRule(entry) : findLinkRule(entry, removed);
    if (rule !== undefined) {
      removed.set(path, { path, rule: rule.name, size: entry.type === 'file' ? entry.size : 0 });
    }
  }
  const kept = tree.entries.filter(({ path }) => !removed.has(path));
  if (kept.length === 0) {
    throw new ActionError(
      'The tree has nothing but what layers are packed without (headers, manuals, static archives and the like). ' +
        'Correct "path", or set "prune" to false to pack it all the same.',
    );
  }
  const { entries, linked } = await linkDuplicates(kept);
  return { tree: withEntries(tree, entries), removed: [...removed.values()], linked };
}

function matchingRules({ path }: TreeEntry): readonly PruneRule[] {
  return pruneRules.filter((rule) => rule.path.test(path) && !rule.unless?.test(path));
}

async function findRule(file: TreeFile): Promise<PruneRule | undefined> {
  const rules = matchingRules(file);
  if (rules.length === 0 || file.isExecutable) return undefined;
  const start = await readStart(file);
  if (isElf(start) || start.toString('latin1', 0, 2) === '#!') return undefined;
  return rules.find(({ content }) => content === undefined || start.includes(content));
}

/** What the rule says of a file's content holds for a symlink whose target went by it. */
function findLinkRule(link: TreeSymlink, removed: ReadonlyMap<string, unknown>): PruneRule | undefined {
  const target = join(dirname(link.path), link.target);
  return matchingRules(link).find(({ content }) => content === undefined || removed.has(target));
}

async function readStart({ source }: TreeFile): Promise<Buffer> {
  await using file = await open(source);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
  return buffer.subarray(0, bytesRead);
}

/** The same tree with other entries; folders that only held what is gone are gone too. */
function withEntries({ emptyFolders }: Tree, entries: readonly TreeEntry[]): Tree {
  const folders = new Set<string>();
  for (const path of [...entries.map((entry) => dirname(entry.path)), ...emptyFolders]) {
    for (let folder = path; folder !== '.' && folder !== ''; folder = dirname(folder)) folders.add(folder);
  }
  const size = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  return { entries, folders, emptyFolders, size };
}
