/**
 * Returns a negative number if `a` is older than `b`. Versions are numbers and dots. PHP's pre-releases, such as
 * `8.6.0RC2`, are older than the release.
 */
export function compareVersions(a: string, b: string): number {
  const [releaseOfA, stageOfA] = splitStage(a);
  const [releaseOfB, stageOfB] = splitStage(b);
  const order = releaseOfA.localeCompare(releaseOfB, 'en', { numeric: true });
  if (order !== 0 || stageOfA === stageOfB) return order;
  if (stageOfA === '') return 1;
  if (stageOfB === '') return -1;
  // alpha, beta and RC happen to be in alphabetical order.
  return stageOfA.localeCompare(stageOfB, 'en', { numeric: true, sensitivity: 'base' });
}

/** Whether the version is an alpha, a beta or a release candidate. */
export function isPreRelease(version: string): boolean {
  return splitStage(version)[1] !== '';
}

function splitStage(version: string): readonly [release: string, stage: string] {
  const [, release = version, stage = ''] = /^([\d.]*\d)([A-Za-z].*)$/.exec(version) ?? [];
  return [release, stage];
}
