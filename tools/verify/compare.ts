import type { ZipEntry } from '#lib/zip/list-zip.ts';

/** A difference between two layers at one path. */
export interface Difference {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Description for the output. */
  readonly detail: string;
}

/** Returns the differences of `actual` from `expected`, sorted by path. */
export function compareEntries(
  expected: readonly ZipEntry[],
  actual: readonly ZipEntry[],
): readonly Difference[] {
  const expectedByPath = new Map(expected.map((entry) => [entry.path, entry]));
  const actualByPath = new Map(actual.map((entry) => [entry.path, entry]));
  const paths = [...new Set([...expectedByPath.keys(), ...actualByPath.keys()])].sort();
  return paths.flatMap((path): readonly Difference[] => {
    const [left, right] = [expectedByPath.get(path), actualByPath.get(path)];
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

/** Formats one difference per line. */
export function formatDifferences(differences: readonly Difference[]): string {
  return differences.map(({ path, kind, detail }) => `  ${kind.padEnd(8)} ${path}: ${detail}`).join('\n');
}
