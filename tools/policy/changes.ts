import type { ExportGroups, PolicyData } from '#lib/audit/policy-data.ts';
import { listedLibraries } from './exports.ts';

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
  return [...lists.flat(), ...versions, ...architectures, ...describeExports(before, after)];
}

/** Lists each library whose exported symbols changed on a CPU, with the change of their number. */
function describeExports(before: PolicyData, after: PolicyData): readonly string[] {
  return (['x86_64', 'arm64'] as const).flatMap((cpu) =>
    listedLibraries(after).flatMap((name) => {
      const [old, now] = [before, after].map(
        (policy) => policy.architectures[cpu].exports?.[name] ?? policy.exports?.[name] ?? {},
      ) as [ExportGroups, ExportGroups];
      if (JSON.stringify(old) === JSON.stringify(now)) return [];
      return [`${cpu} ${name}: number of exported symbols: ${countNames(now)} (before: ${countNames(old)})`];
    }),
  );
}

/** A prefix that stands for all its names counts as one. */
function countNames(groups: ExportGroups): number {
  return Object.values(groups).reduce((sum, ends) => sum + ends.split(' ').length, 0);
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
