import type { ZipEntry } from './zip-entries.ts';

/** One path at which two layers are not the same. */
export interface Difference {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What is different, for a person. */
  readonly detail: string;
}

/** What `found` has otherwise than `expected`, sorted by path. */
export function compareEntries(
  expected: readonly ZipEntry[],
  found: readonly ZipEntry[],
): readonly Difference[] {
  const wanted = new Map(expected.map((entry) => [entry.path, entry]));
  const present = new Map(found.map((entry) => [entry.path, entry]));
  const paths = [...new Set([...wanted.keys(), ...present.keys()])].sort();
  return paths.flatMap((path): readonly Difference[] => {
    const [left, right] = [wanted.get(path), present.get(path)];
    if (left === undefined) return right ? [{ path, kind: 'added', detail: describe(right) }] : [];
    if (right === undefined) return [{ path, kind: 'removed', detail: describe(left) }];
    const details = listDetails(left, right);
    return details.length === 0 ? [] : [{ path, kind: 'changed', detail: details.join(', ') }];
  });
}

function listDetails(left: ZipEntry, right: ZipEntry): readonly string[] {
  if (left.type === 'file' && right.type === 'file') {
    return [
      ...(left.mode === right.mode ? [] : [`mode ${left.mode} -> ${right.mode}`]),
      ...(left.size === right.size ? [] : [`${left.size} -> ${right.size} bytes`]),
      ...(left.sha256 === right.sha256 ? [] : [`SHA-256 ${left.sha256} -> ${right.sha256}`]),
    ];
  }
  if (left.type === 'symlink' && right.type === 'symlink') {
    return left.target === right.target ? [] : [`target ${left.target} -> ${right.target}`];
  }
  return [`${describe(left)} -> ${describe(right)}`];
}

function describe(entry: ZipEntry): string {
  return entry.type === 'file'
    ? `file of ${entry.size} bytes, mode ${entry.mode}`
    : `symlink to ${entry.target}`;
}

/** One line a difference. */
export function formatDifferences(differences: readonly Difference[]): string {
  return differences.map(({ path, kind, detail }) => `  ${kind.padEnd(8)} ${path}: ${detail}`).join('\n');
}
