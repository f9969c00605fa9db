import type { BaseOs } from '#lib/base-os/names.ts';
import type { FetchedSource } from '#lib/sources/fetch.ts';
import type { BuildMode } from './build-mode.ts';
import { imageTags } from './images.ts';
import type { PlannedBuild } from './plan-build.ts';
import { layerNames } from './trees.ts';

export interface Result {
  /** The PHP version, such as `8.2.32`. */
  readonly php: string;
  /** Undefined if the build ended after fetching the sources. */
  readonly baseOs: BaseOs | undefined;
  readonly layers: readonly string[];
  readonly images: readonly string[];
  /** The mode of the build that ran, which is always `quick` under emulation. */
  readonly buildMode: BuildMode;
  /** Whether an earlier build was reused. */
  readonly isCached: boolean;
}

/** Returns the result of a complete build from these sources. */
export function describeResult(
  { request: { inputs }, baseOs, buildMode }: PlannedBuild,
  sources: readonly Pick<FetchedSource, 'name' | 'version'>[],
): Omit<Result, 'isCached'> {
  return {
    php: findPhpVersion(sources),
    baseOs: baseOs.baseOs,
    buildMode,
    layers: Object.values(layerNames(inputs.phpVersion, inputs.cpu)),
    images: inputs.images ? imageTags(inputs).map(({ tag }) => tag) : [],
  };
}

export function findPhpVersion(sources: readonly Pick<FetchedSource, 'name' | 'version'>[]): string {
  return sources.find(({ name }) => name === 'php')?.version ?? '';
}
