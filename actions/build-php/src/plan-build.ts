import { join } from 'node:path';
import type { BaseOsIdentity } from '#lib/base-os/image.ts';
import type { BaseOs } from '#lib/base-os/names.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import type { Use } from '#lib/sources/sources.ts';
import { type BuildMode, chooseBuildMode } from './build-mode.ts';
import { toConfigureFlags } from './extensions.ts';
import { type BuildRequest, listPeclExtensions } from './request.ts';

/** Everything that bake needs to build one PHP version. Paths are absolute. */
export interface BuildPlan {
  readonly cpu: Cpu;
  /** Flags for PHP's ./configure. They follow the flags of the version's folder and override them. */
  readonly configureFlags: readonly string[];
  /** Names in sources.json of the extensions that are compiled from archives of their own. */
  readonly peclExtensions: readonly string[];
  /** Whether BuildKit may reuse steps of earlier builds. */
  readonly useCache: boolean;
  /** The version's folder. Its Dockerfile has the stage `php`. */
  readonly versionFolder: string;
  /** The Dockerfile that all versions share. */
  readonly dockerfile: string;
  /** Image of the base OS. */
  readonly baseOsImage: string;
  /** Image that the compilers run in, and its CPU. */
  readonly buildImage: { readonly image: string; readonly cpu: Cpu };
  /** Folders of the Dockerfiles' named contexts. */
  readonly contexts: Readonly<Record<string, string>>;
}

/** A requested build with its base OS, and the consequences of both. */
export interface PlannedBuild {
  readonly request: BuildRequest;
  readonly baseOs: BaseOsIdentity;
  readonly buildMode: BuildMode;
  readonly plan: BuildPlan;
}

/**
 * Returns the folder for a build's archives. Each use has its own context: BuildKit repeats a step if anything in its
 * context has changed, and a new Composer is no reason to compile PHP again.
 */
export function sourceFolder(workFolder: string, use: Use): string {
  return join(workFolder, use === 'layers' ? 'sources' : 'dev-sources');
}

/** Returns the folder for a build's PGO profile. An empty folder means none. */
export function pgoProfileFolder(workFolder: string): string {
  return join(workFolder, 'profile');
}

export function iniFileFolder(workFolder: string): string {
  return join(workFolder, 'ini-files');
}

/** Plans a build. The contexts `sources`, `dev-sources`, `ini-files` and `profile` are filled later, in the work folder. */
export function planBuild(request: BuildRequest, baseOs: BaseOsIdentity, suiteFolder: string): PlannedBuild {
  const { inputs, artifacts, versionFolder, workFolder } = request;
  const plan: BuildPlan = {
    cpu: inputs.cpu,
    configureFlags: [
      ...toConfigureFlags(inputs),
      ...(inputs.threadSafe ? ['--enable-zts'] : []),
      ...inputs.configureFlags,
    ],
    peclExtensions: listPeclExtensions(artifacts).filter((name) => !inputs.withoutExtensions.includes(name)),
    useCache: inputs.cache,
    versionFolder,
    dockerfile: join(suiteFolder, 'php', 'Dockerfile'),
    baseOsImage: baseOs.image,
    buildImage: baseOs.buildImage,
    contexts: {
      ...suiteContexts(suiteFolder, baseOs.baseOs),
      sources: sourceFolder(workFolder, 'layers'),
      'dev-sources': sourceFolder(workFolder, 'dev-image'),
      'ini-files': iniFileFolder(workFolder),
      profile: pgoProfileFolder(workFolder),
    },
  };
  return { request, baseOs, buildMode: chooseBuildMode(inputs.buildMode, baseOs.compilation), plan };
}

/** Returns the Dockerfiles' named contexts that are folders of the suite. */
export function suiteContexts(suiteFolder: string, baseOs: BaseOs): Readonly<Record<string, string>> {
  const phpFolder = join(suiteFolder, 'php');
  return {
    'base-files': join(phpFolder, 'bases', baseOs),
    runtime: join(phpFolder, 'runtime'),
    'dev-image': join(phpFolder, 'dev-image'),
    training: join(phpFolder, 'training'),
    'lib-copy': join(phpFolder, 'build-tools', 'lib-copy'),
    'describe-build': join(phpFolder, 'build-tools', 'describe-build'),
    policies: join(suiteFolder, 'policies'),
  };
}
