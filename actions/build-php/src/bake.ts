import { type Cpu, cpuNames } from '../../shared/cpu.ts';
import type { Profile } from './inputs.ts';

/** Everything that a build of one PHP version is made from. Paths are absolute. */
export interface BuildPlan {
  readonly phpVersion: string;
  readonly cpu: Cpu;
  readonly profile: Profile;
  readonly configureFlags: string;
  readonly cache: boolean;
  /** The `php-NN` folder. */
  readonly context: string;
  readonly baseImage: string;
  /** Folders that the Dockerfile knows by name. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Receives one tree per layer. */
  readonly trees: string;
  /** Told to BuildKit as a label of every image: what the build was made from. */
  readonly digest: string;
}

/** The images of a version: stage of the Dockerfile, and name. */
export function imageTags(phpVersion: string, cpu: Cpu): Readonly<Record<string, string>> {
  const { prefix } = cpuNames[cpu];
  return {
    'build-environment': `bref/${prefix}build-php-${phpVersion}`,
    function: `bref/${prefix}php-${phpVersion}`,
    fpm: `bref/${prefix}php-${phpVersion}-fpm`,
    console: `bref/${prefix}php-${phpVersion}-console`,
  };
}

export const digestLabel = 'org.bref.build-inputs';

/**
 * The definition that `docker buildx bake` reads, as JSON: trees and images in one run, so that BuildKit shares
 * every stage. See docs.docker.com/build/bake/reference.
 */
export function toBakeDefinition(plan: BuildPlan): object {
  const common = {
    context: plan.context,
    contexts: { base: `docker-image://${plan.baseImage}`, ...plan.contexts },
    args: { PROFILE: plan.profile, PHP_COMPILATION_FLAGS: plan.configureFlags },
    platforms: [cpuNames[plan.cpu].platform],
    'no-cache': !plan.cache,
  };
  const images = Object.entries(imageTags(plan.phpVersion, plan.cpu)).map(([stage, tag]) => [
    `image-${stage}`,
    {
      ...common,
      target: stage,
      tags: [tag],
      labels: { [digestLabel]: plan.digest },
      output: ['type=docker'],
    },
  ]);
  const trees = { ...common, target: 'trees', output: [`type=local,dest=${plan.trees}`] };
  const targets = { trees, ...Object.fromEntries(images) };
  return { group: { default: { targets: Object.keys(targets) } }, target: targets };
}
