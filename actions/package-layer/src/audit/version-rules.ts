import type { VersionNeed } from '../elf/versions.ts';
import type { Finding } from './findings.ts';
import type { LayerObject, Resolution } from './loader.ts';
import type { Policy } from './policy.ts';

/**
 * Every symbol version that an object needs, against the library that it really gets. The loader refuses an object
 * of which one version is missing, before a line of it runs; a weak need it only warns about (glibc,
 * elf/dl-version.c).
 */
export function checkVersions(
  object: LayerObject,
  resolutions: readonly Resolution[],
  policy: Policy,
): readonly Finding[] {
  const { versionNeeds } = object.elf;
  if (versionNeeds.length === 0) return [];
  return versionNeeds.flatMap((need) => {
    const ways = resolutions.filter(({ name }) => name === need.library);
    if (ways.length === 0) return checkOffer(object, need, policy);
    return ways.flatMap(({ found }) => {
      if (found.kind === 'os') return checkOffer(object, need, policy);
      return found.kind === 'layer' ? checkBundled(object, need, found.object) : [];
    });
  });
}

function checkOffer({ path }: LayerObject, need: VersionNeed, policy: Policy): readonly Finding[] {
  const verdict = policy.judgeVersion(need.library, need.version);
  const about = { file: path, subject: `${need.library} ${need.version}`, severity: severityOf(need) };
  if (verdict.kind === 'too-new') {
    const message =
      `It needs ${need.version} of ${need.library}, and ${policy.runtime} has ${verdict.newest} at most. ` +
      'Build it on an older system, or bind the symbol to an older version with .symver.';
    return [{ ...about, rule: 'symbol-version', message }];
  }
  if (verdict.kind === 'unknown') {
    const message =
      `It needs ${need.version} of ${need.library}, and nothing says that ${policy.runtime} has it. ` +
      `Put ${need.library} into the layer, or build against the OS's own.`;
    return [{ ...about, rule: 'unknown-symbol-version', message }];
  }
  return [];
}

function checkBundled({ path }: LayerObject, need: VersionNeed, library: LayerObject): readonly Finding[] {
  const { versionDefinitions } = library.elf;
  if (versionDefinitions.includes(need.version)) return [];
  const about = { rule: 'symbol-version', file: path, subject: `${need.library} ${need.version}` } as const;
  if (versionDefinitions.length === 0) {
    const message =
      `The layer's ${library.path} has no symbol versions, and it was built against one that has; ` +
      'the loader writes a warning to the log. Use the library that it was built against.';
    return [{ ...about, severity: 'warning', message }];
  }
  const message =
    `It needs ${need.version}, which the layer's ${library.path} does not define. ` +
    'Use the library that it was built against.';
  return [{ ...about, severity: severityOf(need), message }];
}

function severityOf({ isWeak }: VersionNeed): 'warning' | 'error' {
  return isWeak ? 'warning' : 'error';
}
