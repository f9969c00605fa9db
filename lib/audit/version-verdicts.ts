import type { VersionNeed } from '#lib/elf/symbol-versions.ts';
import type { LayerBinary } from './layer-binary.ts';
import type { LayerObject, Resolution } from './loader.ts';
import type { Policy, VersionVerdict } from './policy.ts';

/** A symbol version that an object of the layer needs, judged against the library that the loader finds. */
export interface JudgedVersion {
  readonly object: LayerBinary;
  readonly need: VersionNeed;
  /** Library that has to define the version: one of a layer, or the OS's. */
  readonly provider: LayerObject | 'os';
  readonly verdict: VersionVerdict;
}

/** Judges every symbol version that the objects need. A library that was not found is not judged. */
export function judgeVersions(
  objects: readonly LayerBinary[],
  resolutions: readonly Resolution[],
  policy: Policy,
): readonly JudgedVersion[] {
  const resolutionsByObject = Map.groupBy(resolutions, ({ object }) => object);
  return objects.flatMap((object) => {
    const byName = Map.groupBy(resolutionsByObject.get(object) ?? [], ({ name }) => name);
    return object.elf.versionNeeds.flatMap((need) =>
      findProviders(byName.get(need.library)).map((provider) => {
        const verdict =
          provider === 'os'
            ? policy.judgeVersion(need.library, need.version)
            : judgeBundled(provider, need.version);
        return { object, need, provider, verdict };
      }),
    );
  });
}

/** A broken file can need a version of a library that is not in its DT_NEEDED. Such a version is judged as the OS's. */
function findProviders(resolutions: readonly Resolution[] | undefined): readonly (LayerObject | 'os')[] {
  if (resolutions === undefined) return ['os'];
  return resolutions.flatMap(({ found }) => {
    if (found.kind === 'missing') return [];
    return [found.kind === 'os' ? 'os' : found.object];
  });
}

function judgeBundled({ elf: { versionDefinitions } }: LayerObject, version: string): VersionVerdict {
  if (versionDefinitions.includes(version)) return { kind: 'offered' };
  return { kind: versionDefinitions.length === 0 ? 'unversioned' : 'absent' };
}
