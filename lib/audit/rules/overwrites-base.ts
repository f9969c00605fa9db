import type { ManifestEntry } from '#lib/layer/manifest.ts';
import type { TreeEntry } from '#lib/layer/tree.ts';
import { hashContent, readContent } from '../file-content.ts';
import type { Rule } from '../rule.ts';

export const overwritesBase: Rule = {
  name: 'overwrites-base',
  severity: 'error',
  finds: 'A path that a lower layer (`lower-layer-manifests`) also contains. A warning if both are equal.',
  remedy: 'Move or rename it. If the layer is meant to replace the other file, waive the rule for this file.',
  async *check({ files, symlinks, folders, stack: { lowerEntries, lowerFolders } }) {
    for (const entry of [...files, ...symlinks]) {
      const { path } = entry;
      if (lowerFolders.has(path)) {
        const message = `A lower layer has a folder with this name. Lambda cannot unpack a ${entry.type} over a folder.`;
        yield { file: path, message };
        continue;
      }
      const lower = lowerEntries.get(path);
      if (lower === undefined) continue;
      const details = { file: path, subject: lower.layer };
      if (await isEqual(entry, lower.entry)) {
        const message = `The layer ${lower.layer} contains an equal ${entry.type}.`;
        yield { ...details, severity: 'warning', message, remedy: 'Remove it.' };
      } else {
        const message = `It replaces a ${lower.entry.type} of the layer ${lower.layer}.`;
        yield { ...details, message };
      }
    }
    for (const path of folders) {
      const lower = lowerEntries.get(path);
      if (lower === undefined) continue;
      const message = `The layer ${lower.layer} has a ${lower.entry.type} with this name. Lambda cannot unpack a folder over a ${lower.entry.type}.`;
      yield { file: path, subject: lower.layer, message };
    }
  },
};

async function isEqual(entry: TreeEntry, lower: ManifestEntry): Promise<boolean> {
  if (entry.type === 'symlink') return lower.type === 'symlink' && lower.target === entry.target;
  return lower.type === 'file' && lower.sha256 === hashContent(await readContent(entry));
}
