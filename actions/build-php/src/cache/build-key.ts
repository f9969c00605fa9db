import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchedSource } from '#lib/sources/fetch.ts';
import { type BakeTarget, toBakeDefinition } from '../bake-definition.ts';
import { readIniFiles } from '../ini-files.ts';
import type { BuildPlan, PlannedBuild } from '../plan-build.ts';
import { digestInputs } from './inputs-digest.ts';
import { digestVersionFolder } from './version-folder-digest.ts';

export type HashedSource = Pick<FetchedSource, 'name' | 'sha256' | 'use'>;

/** Returns name and SHA-256 of each archive that the layers are made from. */
export function listLayerSources(
  sources: readonly HashedSource[],
): readonly (readonly [name: string, sha256: string])[] {
  return sources.filter(({ use }) => use === 'layers').map(({ name, sha256 }) => [name, sha256]);
}

/**
 * Returns the key of a build: a digest of everything that its trees are made from. Builds with equal keys make equal
 * layers. The key contains the version's number and folder, the shared Dockerfile, all contexts, the archives and the
 * keys that may sign them, flags, ini files, CPU, build mode, compilation, the base OS and the suite's version. Names
 * of images, paths and builders have no influence. Archives for the dev image influence the key only through their pins
 * in sources.json.
 */
export async function digestBuild(
  { request, baseOs, buildMode, plan }: PlannedBuild,
  sources: readonly HashedSource[],
  suiteFolder: string,
): Promise<string> {
  const { phpVersion, iniFiles, pgoProfile } = request.inputs;
  const wanted: readonly BakeTarget[] = [{ kind: 'trees', folder: '' }];
  return await digestInputs(suiteFolders(plan), {
    versionFolder: await digestVersionFolder({ request, plan }),
    phpVersion,
    base: baseOs.id,
    buildBase: baseOs.buildImage.id,
    compilation: baseOs.compilation,
    sources: listLayerSources(sources),
    // If a key is no longer trusted, archives are verified again.
    signingKeys: await digestInputs({ keys: join(suiteFolder, 'php', 'keys') }, {}),
    iniFiles: await readIniFiles(iniFiles),
    profile: buildMode,
    // Only a given PGO profile is part of the key. A profile that the build makes itself follows from the other
    // inputs.
    ...(pgoProfile !== undefined && {
      trainedProfile: await digestInputs({ trainedProfile: pgoProfile }, {}),
    }),
    // Changes if this action writes other metadata.
    version: request.suiteVersion,
    dockerfile: await readFile(plan.dockerfile, 'utf8'),
    definition: toBakeDefinition(removeNames(plan), wanted),
  });
}

/**
 * Returns the contexts that are folders of the suite. The other contexts contain archives, ini files and the PGO
 * profile, which the key contains as facts.
 */
function suiteFolders({ contexts }: BuildPlan): Readonly<Record<string, string>> {
  const {
    sources: _sources,
    'dev-sources': _devSources,
    'ini-files': _iniFiles,
    profile: _pgoProfile,
    ...folders
  } = contexts;
  return folders;
}

function removeNames(plan: BuildPlan): BuildPlan {
  return {
    ...plan,
    baseOsImage: '',
    buildImage: { image: '', cpu: plan.buildImage.cpu },
    versionFolder: '',
    dockerfile: '',
    contexts: {},
    useCache: true,
  };
}
