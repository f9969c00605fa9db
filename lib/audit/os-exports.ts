import type { ExportGroups } from './policy-data.ts';

/** Whether a library of the OS exports a symbol. `unknown`: the policy has only the prefixes of its names. */
export type ExportVerdict = 'exported' | 'absent' | 'unknown';

/** Names of the symbols that a library of the OS exports. */
export interface OsExports {
  judge(symbol: string): ExportVerdict;
  /** Whether the library exports symbols with the same prefix, such as `sqlite3_`. */
  hasPrefixOf(symbol: string): boolean;
}

/** Stands for all names with a prefix. */
const any = '*';

/** A group of fewer names does not become shorter by its prefix. */
const minGroup = 3;

/**
 * Groups names by their prefix: a word with an underscore (`sqlite3_`), the lower-case start of a name in camel case
 * (`xml`), or the mark of a C++ name. The prefix `''` has the other names.
 *
 * @param onlyPrefixes whether `*` stands for the names of each prefix, because there are too many
 */
export function groupExports(names: Iterable<string>, onlyPrefixes: boolean): ExportGroups {
  const groups = new Map<string, string[]>();
  const others: string[] = [];
  for (const [prefix, group] of Map.groupBy(new Set(names), findPrefix)) {
    if (prefix === '' || group.length < minGroup) others.push(...group);
    else groups.set(prefix, group);
  }
  const entries = [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    ...(others.length > 0 && { '': others.sort().join(' ') }),
    ...Object.fromEntries(
      entries.map(([prefix, group]) => {
        const ends = group.map((name) => name.slice(prefix.length)).sort();
        return [prefix, onlyPrefixes ? any : ends.join(' ')];
      }),
    ),
  };
}

/** Whether the policy has only the prefixes of a library's names. */
export function hasOnlyPrefixes(groups: ExportGroups): boolean {
  return Object.values(groups).includes(any);
}

export function createOsExports(groups: ExportGroups): OsExports {
  const entries = Object.entries(groups);
  const open = new Set(entries.filter(([, ends]) => ends === any).map(([prefix]) => prefix));
  const names = new Set(
    entries.flatMap(([prefix, ends]) =>
      ends === any ? [] : ends.split(' ').map((end) => `${prefix}${end}`),
    ),
  );
  const prefixes = new Set(entries.map(([prefix]) => prefix).filter((prefix) => prefix !== ''));
  return {
    judge: (symbol) => {
      if (names.has(symbol)) return 'exported';
      return open.size > 0 && open.has(findPrefix(symbol)) ? 'unknown' : 'absent';
    },
    hasPrefixOf: (symbol) => prefixes.has(findPrefix(symbol)),
  };
}

function findPrefix(name: string): string {
  return /^(?:_Z|_*[A-Za-z0-9]+_|_*[a-z]+(?=[A-Z]))/.exec(name)?.[0] ?? '';
}
