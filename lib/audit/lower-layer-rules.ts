import type { TreeEntry } from '#lib/layer/tree.ts';
import { type Finding, findingOf } from './findings.ts';
import type { LayerObject } from './loader.ts';
import type { Stack } from './stack.ts';

/**
 * A path that a layer below has too: Lambda unpacks this layer over it. `hash` reads the content of a file, as
 * hexadecimal SHA-256.
 */
export async function checkOverwrite(
  entry: TreeEntry,
  { below, foldersBelow }: Stack,
  hash: (entry: TreeEntry & { type: 'file' }) => Promise<string>,
): Promise<readonly Finding[]> {
  const { path } = entry;
  if (foldersBelow.has(path)) {
    const message = 'A layer below has a folder of this name: Lambda cannot unpack one over the other.';
    return [findingOf('overwrites-base', { file: path, message })];
  }
  const found = below.get(path);
  if (found === undefined) return [];
  const { base, entry: old } = found;
  const about = { file: path, subject: base };
  const isSame =
    entry.type === 'symlink'
      ? old.type === 'symlink' && old.target === entry.target
      : old.type === 'file' && old.sha256 === (await hash(entry));
  if (isSame) {
    const message = `The layer ${base} has the very same.`;
    return [
      findingOf('overwrites-base', { ...about, severity: 'warning', message, remedy: 'Leave it out.' }),
    ];
  }
  const message = `It replaces the ${old.type} that the layer ${base} has there.`;
  return [findingOf('overwrites-base', { ...about, message })];
}

/** Folders of this layer where one below has a file or a symlink. */
export function checkFolders(folders: Iterable<string>, { below }: Stack): readonly Finding[] {
  return [...folders].flatMap((path): readonly Finding[] => {
    const found = below.get(path);
    if (found === undefined) return [];
    const message = `The layer ${found.base} has a ${found.entry.type} there: Lambda cannot unpack one over the other.`;
    return [findingOf('overwrites-base', { file: path, subject: found.base, message })];
  });
}

/** Libraries that a layer below has under another path: which one is used depends on who asks. */
export function checkBaseDuplicates(
  objects: Iterable<LayerObject>,
  { objectsBelow }: Pick<Stack, 'objectsBelow'>,
): readonly Finding[] {
  const bySoname = new Map(objectsBelow.map((object) => [object.elf.soname, object]));
  return [...objects].flatMap(({ path, elf: { soname } }): readonly Finding[] => {
    const other = soname === undefined ? undefined : bySoname.get(soname);
    if (soname === undefined || other === undefined) return [];
    const message = `The layer ${other.base} has ${soname} too, as ${other.path}; a process takes whichever it finds first.`;
    return [findingOf('duplicate-of-base', { file: path, subject: soname, message })];
  });
}
