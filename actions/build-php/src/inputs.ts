import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BaseOsChoice, baseOsChoices } from '#lib/base-os/names.ts';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';
import { InputError } from '#lib/node/errors.ts';
import { flag, oneOf, optionalList, optionalText, text } from '#lib/node/inputs.ts';
import { checkExtensions } from './extensions.ts';
import { keyFile } from './training/obtain-profile.ts';

/** `quick`: `-O2` alone, for iterating; `release`: with profile-guided optimisation, the only one to publish. */
export const profiles = ['quick', 'release'] as const;
export type Profile = (typeof profiles)[number];

/** How far a build goes: archives fetched and verified; PHP's ./configure has run; everything. */
export const ends = ['sources', 'configured', 'layers'] as const;
export type End = (typeof ends)[number];

export interface Inputs {
  /** Two digits, such as `82`: the folder `php-82` holds what is built. */
  readonly phpVersion: string;
  /** A folder of the user's own in place of the suite's `php-NN`. */
  readonly folder: string | undefined;
  readonly cpu: Cpu;
  readonly base: BaseOsChoice;
  readonly profile: Profile;
  /** A folder with the profile of an earlier build, to be used in place of training. */
  readonly trainedProfile: string | undefined;
  readonly until: End;
  /** False: nothing installed or compiled by an earlier build is used, so that provenance tells the truth. */
  readonly cache: boolean;
  /** Extensions to compile in, and to leave out, by PHP's names. */
  readonly extensions: readonly string[];
  readonly withoutExtensions: readonly string[];
  readonly threadSafe: boolean;
  /** Appended to PHP's ./configure. */
  readonly configureFlags: readonly string[];
  /** Files that every layer of PHP loads after its own ini. */
  readonly iniFiles: readonly string[];
  /** A buildx builder, or `depot` for depot's own program; undefined: the client's current one. */
  readonly builder: string | undefined;
  /** Whether images are loaded into the engine; layers need none. */
  readonly images: boolean;
  readonly imagePrefix: string;
  readonly imageTag: string;
  /** The folder that receives the trees. */
  readonly output: string;
}

/** @param phpVersions what can be built: the suite's `php-NN` folders */
export function readInputs(phpVersions: readonly string[]): Inputs {
  const folder = optionalText('folder');
  const phpVersion =
    folder === undefined
      ? oneOf('php-version', phpVersions)
      : matching('php-version', /^\d\d$/, 'must be two digits');
  const extensions = optionalList('extensions');
  const withoutExtensions = optionalList('without-extensions');
  checkExtensions(extensions, withoutExtensions, folder === undefined ? phpVersion : undefined);
  const profile = oneOf('profile', profiles);
  return {
    phpVersion,
    folder,
    cpu: oneOf('cpu', cpus),
    base: oneOf('base', baseOsChoices),
    profile,
    trainedProfile: readTrainedProfile(profile),
    until: oneOf('until', ends),
    cache: flag('cache'),
    extensions,
    withoutExtensions,
    threadSafe: flag('thread-safe'),
    configureFlags: optionalWords('configure-flags').map(checkConfigureFlag),
    iniFiles: checkIniFiles(optionalList('ini-files')),
    builder:
      optionalText('builder') && matching('builder', /^[\w.-]+$/, 'must be the name of a buildx builder'),
    images: flag('images'),
    imagePrefix: optionalText('image-prefix') ? readPrefix() : '',
    imageTag: matching(
      'image-tag',
      /^\w[\w.-]{0,127}$/,
      'must be a tag of letters, digits, ".", "_" and "-"',
    ),
    output: text('output'),
  };
}

function matching(name: string, pattern: RegExp, rule: string): string {
  const value = text(name);
  if (!pattern.test(value)) throw new InputError(name, rule, value);
  return value;
}

/** See github.com/distribution/reference: lower-case path components, a host with a port before them. */
function readPrefix(): string {
  const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
  const pattern = new RegExp(`^(?:[a-z0-9.-]+(?::\\d+)?/)?(?:${component}/)*(?:${component}-)?$`);
  return matching('image-prefix', pattern, 'must be the beginning of an image name, such as bref/');
}

function readTrainedProfile(profile: Profile): string | undefined {
  const folder = optionalText('trained-profile');
  if (folder === undefined) return undefined;
  if (profile !== 'release') throw new InputError('trained-profile', 'goes with `profile: release`', folder);
  if (!existsSync(join(folder, keyFile))) {
    throw new InputError(
      'trained-profile',
      'must be the folder that an earlier build with `profile: release` gave as its output `trained-profile`',
      folder,
    );
  }
  return folder;
}

function optionalWords(name: string): readonly string[] {
  return (optionalText(name) ?? '').split(/\s+/).filter((word) => word !== '');
}

/** The shell of the build splits the flags at blanks and nothing else, so a flag may not hold what a shell reads. */
function checkConfigureFlag(word: string): string {
  if (/^--[a-z0-9][\w-]*(=[\w./:,+@-]+)?$/.test(word)) return word;
  throw new InputError('configure-flags', 'must have flags of the form --name or --name=value', word);
}

function checkIniFiles(paths: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const path of paths) {
    const name = basename(path);
    if (!name.endsWith('.ini')) throw new InputError('ini-files', 'must list files named *.ini', path);
    if (names.has(name)) {
      throw new InputError(
        'ini-files',
        'must list files of different names: they come into one folder',
        path,
      );
    }
    names.add(name);
    try {
      readFileSync(path);
    } catch {
      throw new InputError('ini-files', 'must list files that can be read', path);
    }
  }
  return paths;
}
