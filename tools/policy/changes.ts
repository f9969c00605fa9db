import type { PolicyData } from '#lib/audit/policy-data.ts';

/** Describes each difference between two policies in one line, for a review. */
export function describeChanges(before: PolicyData, after: PolicyData): readonly string[] {
  const lists = (['searchOrder', 'osFolders', 'notOnLambda', 'paths', 'foreignPaths'] as const).map((part) =>
    compare(part, before[part], after[part]),
  );
  const versions = compare('symbolVersions', families(before), families(after));
  const architectures = (['x86_64', 'arm64'] as const).flatMap((name) => {
    const [old, now] = [before.architectures[name], after.architectures[name]];
    const countKnown = (data: typeof old): number => Object.keys(data.versionDefinitions ?? {}).length;
    return [
      compare(`${name} libraries`, old.sonames, now.sonames),
      countKnown(old) === countKnown(now)
        ? []
        : [
            `${name}: number of libraries with known versions: ${countKnown(now)} (before: ${countKnown(old)})`,
          ],
    ].flat();
  });
  return [...lists.flat(), ...versions, ...architectures];
}

function families({ symbolVersions }: PolicyData): readonly string[] {
  return Object.entries(symbolVersions).map(([family, number]) => `${family}_${number}`);
}

function compare(part: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const added = after.filter((item) => !before.includes(item)).map((item) => `+${item}`);
  const removed = before.filter((item) => !after.includes(item)).map((item) => `-${item}`);
  const all = [...added, ...removed];
  return all.length === 0 ? [] : [`${part}: ${all.join(' ')}`];
}
