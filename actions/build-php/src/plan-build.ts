import { join, resolve } from 'node:path';
import type { BaseIdentity } from '#lib/base-os/base-os.ts';
import type { Use } from '#lib/sources/sources.ts';
import type { BuildPlan } from './bake/bake.ts';
import type { Build } from './build.ts';
import { toConfigureFlags } from './extensions.ts';
import type { Inputs } from './inputs.ts';

/** The folder of the version that is built: the user's own, else the suite's. */
export function versionFolder({ folder, phpVersion }: Inputs, suite: string): string {
  return folder === undefined ? join(suite, `php-${phpVersion}`) : resolve(folder);
}

/**
 * Where a build lays out its archives. Each use has a context of its own, since BuildKit runs a step again where anything
 * of a context that it sees has changed: PHP is not compiled anew for another Composer.
 */
export function sourceFolder(work: string, use: Use): string {
  return join(work, use === 'layers' ? 'sources' : 'dev-sources');
}

/** Where a build lays out the profile that PHP is optimised with; an empty folder is none. */
export function profileFolder(work: string): string {
  return join(work, 'profile');
}

/** What a build is made from. Its `sources`, `dev-sources`, `ini-files` and `profile` are laid out in the build's own folder. */
export function planBuild(
  {
    inputs,
    artifacts,
    folder,
    suite,
    work,
  }: Pick<Build, 'inputs' | 'artifacts' | 'folder' | 'suite' | 'work'>,
  base: BaseIdentity,
): BuildPlan {
  const pecl = artifacts
    .filter(({ feed, use }) => feed === 'pecl' && use === 'layers')
    .map(({ name }) => name);
  return {
    cpu: inputs.cpu,
    configureFlags: [
      ...toConfigureFlags(inputs.extensions, inputs.withoutExtensions),
      ...(inputs.threadSafe ? ['--enable-zts'] : []),
      ...inputs.configureFlags,
    ],
    peclExtensions: pecl.filter((name) => !inputs.withoutExtensions.includes(name)),
    cache: inputs.cache,
    folder,
    dockerfile: join(suite, 'php', 'Dockerfile'),
    baseImage: base.image,
    build: base.build,
    contexts: {
      ...contextFolders(suite, base),
      sources: sourceFolder(work, 'layers'),
      'dev-sources': sourceFolder(work, 'dev-image'),
      'ini-files': join(work, 'ini-files'),
      profile: profileFolder(work),
    },
  };
}

/** The Dockerfiles' named contexts that are folders of this suite. */
export function contextFolders(
  suite: string,
  { base }: Pick<BaseIdentity, 'base'>,
): Readonly<Record<string, string>> {
  return {
    'base-files': join(suite, 'php', 'bases', base),
    runtime: join(suite, 'php', 'runtime'),
    'dev-image': join(suite, 'php', 'dev-image'),
    training: join(suite, 'php', 'training'),
    'lib-copy': join(suite, 'php', 'build-tools', 'lib-copy'),
    'describe-build': join(suite, 'php', 'build-tools', 'describe-build'),
    policies: join(suite, 'policies'),
  };
}
