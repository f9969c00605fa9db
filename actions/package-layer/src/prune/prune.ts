import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';
import { isElf } from '#lib/elf/elf.ts';
import type { Tree, TreeEntry, TreeFile, TreeSymlink } from '#lib/layer/tree.ts';
import { ActionError } from '#lib/node/errors.ts';
import { linkDuplicates } from './duplicates.ts';
import type { PrunedTree, RemovedEntry } from './pruned-tree.ts';
import { type PruneRule, pruneRules } from './rules.ts';

/**
 * Leaves out files that no layer needs, and packs equal libraries of one folder once. The folder on disk stays
 * unchanged. ELF files, scripts and executable files always stay.
 *
 * @throws ActionError if this would leave nothing to pack
 */
export async function pruneTree(tree: Tree): Promise<PrunedTree> {
  const removed = new Map<string, RemovedEntry>();
  // Files come first, because the decision about a symlink depends on its target.
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
      'The layer tree contains only files that layers do not need, such as headers, manuals and static archives. ' +
        'Correct "path", or set "prune" to false to pack them.',
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

/** A rule about content applies to a symlink if its target was removed. */
function findLinkRule(link: TreeSymlink, removed: ReadonlyMap<string, unknown>): PruneRule | undefined {
  const target = join(dirname(link.path), link.target);
  return matchingRules(link).find(({ content }) => content === undefined || removed.has(target));
}

async function readStart({ source }: TreeFile): Promise<Buffer> {
  await using file = await open(source);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
  return buffer.subarray(0, bytesRead);
}

/** Returns a tree with other entries. Folders that contained only removed files are removed too. */
function withEntries({ emptyFolders }: Tree, entries: readonly TreeEntry[]): Tree {
  const folders = new Set<string>();
  for (const path of [...entries.map((entry) => dirname(entry.path)), ...emptyFolders]) {
    for (let folder = path; folder !== '.' && folder !== ''; folder = dirname(folder)) folders.add(folder);
  }
  const size = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  return { entries, folders, emptyFolders, size };
}
