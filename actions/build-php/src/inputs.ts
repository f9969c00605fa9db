import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readBaseOs } from '#lib/base-os/inputs.ts';
import type { BaseOsChoice } from '#lib/base-os/names.ts';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';
import { InputError } from '#lib/node/errors.ts';
import { flag, oneOf, optionalList, optionalText, text } from '#lib/node/inputs.ts';
import { type BuildMode, buildModes } from './build-mode.ts';
import { keyFileName } from './training/obtain-pgo-profile.ts';

/**
 * Values of the input `until`: the build ends once the archives are verified, once ./configure has run, or once
 * everything is built.
 */
export const stopPoints = ['sources', 'configured', 'layers'] as const;
export type StopPoint = (typeof stopPoints)[number];

export interface Inputs {
  /** Two digits, such as `82`. Part of the names of layers and images. */
  readonly phpVersion: string;
  /** A folder of the user's own that replaces the suite's `php-NN`. */
  readonly folder: string | undefined;
  readonly cpu: Cpu;
  readonly baseOs: BaseOsChoice;
  /** Image that replaces the one of al2023. */
  readonly baseImage: string | undefined;
  readonly buildMode: BuildMode;
  /** Folder with the PGO profile of an earlier build, which replaces the training. */
  readonly pgoProfile: string | undefined;
  readonly until: StopPoint;
  /** If false, the build uses nothing that an earlier build installed or compiled, so that its provenance is true. */
  readonly cache: boolean;
  /** PHP's names of the extensions to compile in. */
  readonly extensions: readonly string[];
  /** PHP's names of the extensions to leave out. */
  readonly withoutExtensions: readonly string[];
  readonly threadSafe: boolean;
  /** Flags appended to PHP's ./configure. */
  readonly configureFlags: readonly string[];
  /** Paths of ini files that every PHP layer loads after its own. */
  readonly iniFiles: readonly string[];
  /** A buildx builder, or `depot` for depot's own program; undefined: the client's current builder. */
  readonly builder: string | undefined;
  /** Whether images are loaded into the engine. Layers do not need them. */
  readonly images: boolean;
  readonly imagePrefix: string;
  readonly imageTag: string;
  /** Folder for the trees. */
  readonly output: string;
}

/** @param phpVersions versions of the suite's `php-NN` folders */
export function readInputs(phpVersions: readonly string[]): Inputs {
  const folder = optionalText('folder');
  const buildMode = oneOf('profile', buildModes);
  return {
    phpVersion: folder === undefined ? oneOf('php-version', phpVersions) : readOwnVersion(),
    folder,
    cpu: oneOf('cpu', cpus),
    ...readBaseOs(),
    buildMode,
    pgoProfile: readPgoProfile(buildMode),
    until: oneOf('until', stopPoints),
    cache: flag('cache'),
    extensions: optionalList('extensions'),
    withoutExtensions: optionalList('without-extensions'),
    threadSafe: flag('thread-safe'),
    configureFlags: readConfigureFlags(),
    iniFiles: readIniFilePaths(),
    builder: readBuilder(),
    images: flag('images'),
    imagePrefix: readImagePrefix(),
    imageTag: readImageTag(),
    output: text('output'),
  };
}

function readOwnVersion(): string {
  const version = text('php-version');
  if (/^\d\d$/.test(version)) return version;
  throw new InputError(`Input "php-version" must be two digits, such as 82; got "${version}".`);
}

function readPgoProfile(buildMode: BuildMode): string | undefined {
  const folder = optionalText('trained-profile');
  if (folder === undefined) return undefined;
  if (buildMode !== 'release') {
    throw new InputError(
      `Input "trained-profile" needs \`profile: release\`; got "${folder}" with \`profile: ${buildMode}\`.`,
    );
  }
  if (!existsSync(join(folder, keyFileName))) {
    throw new InputError(
      `Input "trained-profile" must be a folder with a PGO profile; got "${folder}", which has no file "${keyFileName}". ` +
        'Use the output `trained-profile` of an earlier build with `profile: release`.',
    );
  }
  return folder;
}

/** The shell of the build splits the flags at spaces. A flag must not contain other characters that a shell interprets. */
function readConfigureFlags(): readonly string[] {
  const flags = (optionalText('configure-flags') ?? '').split(/\s+/).filter((word) => word !== '');
  const invalid = flags.find((word) => !/^--[a-z0-9][\w-]*(=[\w./:,+@-]+)?$/.test(word));
  if (invalid === undefined) return flags;
  throw new InputError(
    `Input "configure-flags" must be a list of --name or --name=value without quotes; got "${invalid}".`,
  );
}

function readIniFilePaths(): readonly string[] {
  const paths = optionalList('ini-files');
  const names = new Set<string>();
  for (const path of paths) {
    const name = basename(path);
    if (!name.endsWith('.ini')) {
      throw new InputError(`Input "ini-files" must list files named *.ini; got "${path}".`);
    }
    if (names.has(name)) {
      throw new InputError(
        `Input "ini-files" lists two files named "${name}". The layers have one folder for all of them: rename one.`,
      );
    }
    names.add(name);
    try {
      readFileSync(path);
    } catch {
      throw new InputError(`Input "ini-files" must list readable files; "${path}" cannot be read.`);
    }
  }
  return paths;
}

function readBuilder(): string | undefined {
  const builder = optionalText('builder');
  if (builder === undefined || /^[\w.-]+$/.test(builder)) return builder;
  throw new InputError(`Input "builder" must be the name of a buildx builder; got "${builder}".`);
}

/** See https://github.com/distribution/reference: lower-case path components after an optional host with a port. */
function readImagePrefix(): string {
  const prefix = optionalText('image-prefix') ?? '';
  const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
  const pattern = new RegExp(`^(?:[a-z0-9.-]+(?::\\d+)?/)?(?:${component}/)*(?:${component}-)?$`);
  if (pattern.test(prefix)) return prefix;
  throw new InputError(
    `Input "image-prefix" must be the beginning of an image name, such as bref/; got "${prefix}".`,
  );
}

function readImageTag(): string {
  const tag = text('image-tag');
  if (/^\w[\w.-]{0,127}$/.test(tag)) return tag;
  throw new InputError(
    `Input "image-tag" must be at most 128 letters, digits, "_", "." or "-", and must not start with "." or "-"; got "${tag}".`,
  );
}
