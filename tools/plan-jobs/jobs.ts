import type { Cpu } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';

/** One job of a build matrix. */
export interface Build {
  /** PHP version without a dot: `82`. */
  readonly php: string;
  readonly cpu: Cpu;
  /** Prefix of the names of layers and images. */
  readonly prefix: '' | 'arm-';
  /** Label of GitHub's runners with that CPU. */
  readonly runner: 'ubuntu-24.04' | 'ubuntu-24.04-arm';
  /** Whether this job also provides the console layer, which all versions share. */
  readonly console: boolean;
}

/** One job that publishes a layer. */
export interface Publication {
  readonly layer: string;
  /** Name of the artifact that contains the zip. */
  readonly artifact: string;
}

/** Files that affect no layer. A change of any other file outside `php-NN` builds every version. */
const unrelatedFiles: readonly RegExp[] = [
  /\.md$/,
  /^php-\d+\/support\.json$/,
  /^(LICENSE|\.gitignore|\.gitattributes|\.env\.example|knip\.json|biome\.json)$/,
  /^(docs|bench|php\/dev-image|tools\/catalogue)\//,
  /^tests\/(al2023|binaries|fixtures|integration|rehearsal|stand-ins|unit)\//,
  /^actions\/(publish-layer|update-layers-json)\//,
  /^actions\/[^/]+\/tests\//,
  /^\.github\/(?!workflows\/(tests|build-layers)\.yml$)/,
];

/** Returns the PHP versions that a change of these files may affect: one for `php-NN`, all for a shared file. */
export function affectedVersions(files: readonly string[], versions: readonly string[]): readonly string[] {
  const affected = new Set<string>();
  for (const file of files) {
    if (unrelatedFiles.some((pattern) => pattern.test(file))) continue;
    const [, version] = /^php-(\d+)\//.exec(file) ?? [];
    if (version === undefined) return versions;
    affected.add(version);
  }
  return versions.filter((version) => affected.has(version));
}

/** Plans a job for every version and CPU. The first x86 job (or the first job) provides the console layer. */
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

/** Plans a job for every layer of the builds. */
export function planPublications(builds: readonly Build[]): readonly Publication[] {
  return builds.flatMap(({ prefix, php, console }) => {
    const artifact = `layers-${prefix}php-${php}`;
    const layers = [`${prefix}php-${php}`, `${prefix}php-${php}-fpm`, ...(console ? ['console'] : [])];
    return layers.map((layer) => ({ layer, artifact }));
  });
}

/**
 * Selects items from a list that a user wrote.
 *
 * @param option name of the command line option, for the error
 * @param list items separated by spaces or commas; an empty list selects all
 * @throws ActionError if the list names an unknown item, or if there is no item to select
 */
export function choose<T extends string>(option: string, list: string, all: readonly T[]): readonly T[] {
  const items = list.split(/[\s,]+/).filter((item) => item !== '');
  const unknown = items.find((item) => !all.some((candidate) => candidate === item));
  if (unknown !== undefined || all.length === 0) {
    throw new ActionError(
      `${option} must be some of ${all.join(', ') || '(none)'}; got ${JSON.stringify(unknown ?? '')}.`,
    );
  }
  return items.length === 0 ? all : all.filter((candidate) => items.includes(candidate));
}

/** Returns the tag of a release, such as `2.3.44`. Rejects `v2`, which moves with each release. */
export function readTag(tag: string): string {
  if (!/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.test(tag)) {
    throw new ActionError(
      `The tag of a release must be three numbers such as 2.3.44; got ${JSON.stringify(tag)}. Delete it and push a tag of this form.`,
    );
  }
  return tag;
}
