import { join, resolve } from 'node:path';
import type { BuildPlan } from './bake/bake.ts';
import type { BaseIdentity } from './base.ts';
import type { Build } from './build.ts';
import { toConfigureFlags } from './extensions.ts';
import type { Inputs } from './inputs.ts';

/** The folder of the version that is built: the user's own, else the suite's. */
export function versionFolder({ folder, phpVersion }: Inputs, suite: string): string {
  return folder === undefined ? join(suite, `php-${phpVersion}`) : resolve(folder);
}

/** What a build is made from. Its `sources` and `ini-files` are laid out in the build's own folder. */
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
  const pecl = artifacts.filter(({ feed }) => feed === 'pecl').map(({ name }) => name);
  return {
    cpu: inputs.cpu,
    profile: inputs.profile,
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
    contexts: {
      ...contextFolders(suite, base),
      sources: join(work, 'sources'),
      'ini-files': join(work, 'ini-files'),
    },
  };
}

/** The Dockerfiles' named contexts that are folders of this suite. */
export function contextFolders(
  suite: string,
  { base }: Pick<BaseIdentity, 'base'>,
): Readonly<Record<string, string>> {
  return {
    'base-files': join(suite, 'bases', base),
    'layers-files': join(suite, 'layers'),
    training: join(suite, 'training'),
    'lib-copy': join(suite, 'utils', 'lib-copy'),
    'describe-build': join(suite, 'utils', 'describe-build'),
    policies: join(suite, 'policies'),
  };
}
