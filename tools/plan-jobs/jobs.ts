import type { Cpu } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';

/** One job of a build matrix. */
export interface Build {
  /** PHP's version without a dot: `82`. */
  readonly php: string;
  readonly cpu: Cpu;
  /** Of the names of layers and images. */
  readonly prefix: '' | 'arm-';
  /** GitHub's own machines of that CPU. */
  readonly runner: 'ubuntu-24.04' | 'ubuntu-24.04-arm';
  /** Whether this job also makes the layer that is one for all. */
  readonly console: boolean;
}

/** One job that publishes a layer. */
export interface Publication {
  /** The layer's name. */
  readonly layer: string;
  /** Name of the artifact that has its zip. */
  readonly artifact: string;
}

/** What no layer is made of, so that a change of it builds none. Everything else is taken to matter. */
const apart: readonly RegExp[] = [
  /\.md$/,
  /^(LICENSE|\.gitignore|\.gitattributes|\.env\.example|knip\.json|biome\.json)$/,
  /^(docs|bench|php\/dev-image|tests\/unit|tests\/integration|tests\/helpers|tools\/catalogue)\//,
  /^actions\/(publish-layer|update-layers-json)\//,
  /^actions\/[^/]+\/tests\//,
  /^\.github\/(?!workflows\/tests\.yml$)/,
];

/** The versions that a change of these files may have changed: one for its own folder, all for what they share. */
export function affectedVersions(files: readonly string[], versions: readonly string[]): readonly string[] {
  const affected = new Set<string>();
  for (const file of files) {
    const [, own] = /^php-(\d+)\//.exec(file) ?? [];
    if (own !== undefined) affected.add(own);
    else if (!apart.some((pattern) => pattern.test(file))) return versions;
  }
  return versions.filter((version) => affected.has(version));
}

/** A job for every version and CPU; the first one of x86, or else the first one, makes the layer for all. */
export function planBuilds(versions: readonly string[], cpus: readonly Cpu[]): readonly Build[] {
  const pairs = versions.flatMap((php) => cpus.map((cpu) => ({ php, cpu })));
  const first = pairs.find(({ cpu }) => cpu === 'x86') ?? pairs[0];
  return pairs.map((pair) => ({
    ...pair,
    prefix: pair.cpu === 'arm' ? 'arm-' : '',
    runner: pair.cpu === 'arm' ? 'ubuntu-24.04-arm' : 'ubuntu-24.04',
    console: pair === first,
  }));
}

/** The layers that the builds give, each once. */
export function planPublications(builds: readonly Build[]): readonly Publication[] {
  return builds.flatMap(({ prefix, php, console }) => {
    const artifact = `layers-${prefix}php-${php}`;
    const layers = [`${prefix}php-${php}`, `${prefix}php-${php}-fpm`, ...(console ? ['console'] : [])];
    return layers.map((layer) => ({ layer, artifact }));
  });
}

/** Those of `all` that are wanted; all where nothing is said. Throws where one is wanted that there is not. */
export function choose<T extends string>(what: string, wanted: string, all: readonly T[]): readonly T[] {
  const items = wanted.split(/[\s,]+/).filter((item) => item !== '');
  const stray = items.find((item) => !all.some((candidate) => candidate === item));
  if (stray !== undefined || all.length === 0) {
    throw new ActionError(
      `${what} must be some of ${all.join(', ') || '(none)'}; got ${JSON.stringify(stray ?? '')}.`,
    );
  }
  return items.length === 0 ? all : all.filter((candidate) => items.includes(candidate));
}

/** The version of a release's tag, such as `2.3.44`. The tag `v2`, which moves, is none. */
export function readTag(tag: string): string {
  if (!/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.test(tag)) {
    throw new ActionError(
      `A release's tag must be three numbers such as 2.3.44, got ${JSON.stringify(tag)}. Delete it and push one that is.`,
    );
  }
  return tag;
}
