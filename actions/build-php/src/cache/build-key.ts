import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Compilation } from '#lib/base-os/compilation.ts';
import { type BakeTarget, type BuildPlan, toBakeDefinition } from '../bake/bake.ts';
import type { Profile } from '../inputs.ts';
import { digestInputs } from './inputs-digest.ts';

/** What is told apart by a build's key beside the plan. */
export interface KeyFacts {
  /** Two digits, which the layers are named by. */
  readonly phpVersion: string;
  /** The base by its content, and the one that compilers run on. */
  readonly base: string;
  readonly buildBase: string;
  readonly compilation: Compilation;
  /** Name and SHA-256 of every archive. */
  readonly sources: readonly (readonly [string, string])[];
  /** The digest of the suite's public keys: archives are verified anew when one is trusted no more. */
  readonly signingKeys: string;
  readonly iniFiles: Readonly<Record<string, string>>;
  readonly profile: Profile;
  /** The digest of a profile that was given; not of one that the build makes itself. */
  readonly trainedProfile?: string;
  /** Changes where what this action writes beside the trees does. */
  readonly version: string;
}

/**
 * The digest of everything that trees are made from: the version's number and folder, the shared Dockerfile, the base's
 * files, runtimes, ini files, policies, training, sources and who may sign them, flags, CPU, profile, how it is compiled,
 * and the base itself. Equal keys, equal layers; names of images, paths and builders do not matter.
 */
export async function digestBuild(plan: BuildPlan, facts: KeyFacts): Promise<string> {
  const {
    sources: _archives,
    'dev-sources': _forImage,
    'ini-files': _ini,
    profile: _made,
    ...folders
  } = plan.contexts;
  const nameless = {
    ...plan,
    baseImage: '',
    build: { ...plan.build, image: '' },
    folder: '',
    dockerfile: '',
    contexts: {},
    cache: true,
  };
  const targets: readonly BakeTarget[] = [{ kind: 'trees', folder: '' }];
  return await digestInputs(
    { ...folders, version: plan.folder },
    {
      ...facts,
      dockerfile: await readFile(plan.dockerfile, 'utf8'),
      definition: toBakeDefinition(nameless, targets),
    },
  );
}

/** The suite's version, of its package.json. */
export async function readSuiteVersion(suite: string): Promise<string> {
  return (JSON.parse(await readFile(join(suite, 'package.json'), 'utf8')) as { version: string }).version;
}
