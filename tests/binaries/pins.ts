import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { isRecord, isString } from '#lib/node/json.ts';
import { checkAdapted, checkArchive, checkNames, checkSkippedCases, type Reject } from './pin-entries.ts';

/** An archive of published programs or libraries, identified by its bytes. */
export type Archive = NpmPackage | DebianPackage;

export interface NpmPackage {
  readonly npm: string;
  readonly version: string;
  readonly sha256: string;
}

export interface DebianPackage {
  readonly debian: string;
  readonly version: string;
  readonly sha256: string;
  /** Path on a mirror of Debian. */
  readonly path: string;
  /** The package is used only while extensions are compiled. */
  readonly use?: 'compile';
}

/** A case that cannot pass on these binaries, and the reason. */
export interface SkippedCase {
  /** Path in tests/layers, or `http/` and the name of a property in tests/http. */
  readonly case: string;
  /** Extension that the case needs. The case runs if the layer has it. */
  readonly lacks?: string;
  readonly reason: string;
}

/** Content of a file in `pins/`: one published build of PHP. */
export interface Pins {
  /** Such as `debian-8.6`: the file's name. */
  readonly name: string;
  /** PHP version in the names of layers, such as `86`. */
  readonly php: string;
  /** Release of PHP. */
  readonly release: string;
  /** Date of the packages of Debian, such as 2026-11-30. */
  readonly pinned: string;
  /** Suites of Debian that the packages come from, the preferred one first. */
  readonly suites: readonly string[];
  /** Packages of Debian that the binaries need. `pin.ts` adds the libraries that these need. */
  readonly packages: readonly string[];
  /** PECL extensions that are compiled for the binaries, and their first versions that compile with this PHP. */
  readonly extensions: Readonly<Record<string, string>>;
  /** Extensions in the archives that do not work alone. */
  readonly unusable: readonly string[];
  /**
   * Extensions of another PHP that these binaries lack, and the versions of PHP's interface, such as from 20220829 to
   * 20230831. Only for extensions whose part of the interface is the same in both.
   */
  readonly adapted: Readonly<Record<string, { readonly from: string; readonly to: string }>>;
  /** Whether libraries of Debian replace the ones in the npm package, which are older. */
  readonly prefersDebian: boolean;
  /** Whether the binaries need a newer glibc than Lambda has. The layer tree then contains its own. */
  readonly ownGlibc: boolean;
  readonly archives: readonly Archive[];
  readonly skipped: readonly SkippedCase[];
}

/** Folder of the pins in the repository. */
export const pinsFolder = join(import.meta.dirname, 'pins');

/** Lists the names of all builds. */
export function listPins(): readonly string[] {
  return readdirSync(pinsFolder)
    .map((file) => basename(file, '.json'))
    .sort();
}

/** Reads the pins of one build. */
export function readPins(name: string, from = pinsFolder): Pins {
  const file = join(from, `${name}.json`);
  const reject: Reject = (sentence, cause) => {
    throw new ActionError(`${file}: ${sentence}`, { cause });
  };
  const content = parseJson(readFileSync(file, 'utf8'), reject);
  if (!isRecord(content)) return reject('The content must be a JSON object.');
  const {
    php,
    release,
    pinned,
    suites,
    packages,
    extensions,
    unusable = [],
    prefersDebian = false,
    adapted = {},
    ownGlibc,
    archives,
    skipped,
    ...rest
  } = content;
  checkNames('The pins have', rest, reject);
  if (!isString(php) || !/^\d\d$/.test(php))
    return reject(`"php" must be two digits, such as "86"; got ${JSON.stringify(php)}.`);
  if (!isString(release))
    return reject(`"release" must be a release of PHP; got ${JSON.stringify(release)}.`);
  if (!isString(pinned) || !/^\d{4}-\d\d-\d\d$/.test(pinned)) {
    return reject(`"pinned" must be a date, such as 2026-11-30; got ${JSON.stringify(pinned)}.`);
  }
  if (!isTextList(suites) || !isTextList(packages))
    return reject('"suites" and "packages" must be lists of names.');
  if (!isRecord(extensions) || !Object.values(extensions).every(isString)) {
    return reject(
      `"extensions" must be an object of first versions by name; got ${JSON.stringify(extensions)}.`,
    );
  }
  if (!isTextList(unusable)) {
    return reject(`"unusable" must be a list of extensions; got ${JSON.stringify(unusable)}.`);
  }
  checkAdapted(adapted, reject);
  if (typeof prefersDebian !== 'boolean') {
    return reject(`"prefersDebian" must be true or false; got ${JSON.stringify(prefersDebian)}.`);
  }
  if (typeof ownGlibc !== 'boolean')
    return reject(`"ownGlibc" must be true or false; got ${JSON.stringify(ownGlibc)}.`);
  if (!Array.isArray(archives) || archives.length === 0)
    return reject('"archives" must list at least one archive.');
  for (const archive of archives) checkArchive(archive, reject);
  if (!Array.isArray(skipped)) return reject('"skipped" must be a list of cases; it may be empty.');
  checkSkippedCases(skipped, reject);
  return {
    name,
    php,
    release,
    pinned,
    suites,
    packages,
    extensions: extensions as Pins['extensions'],
    unusable,
    adapted: adapted as Pins['adapted'],
    prefersDebian,
    ownGlibc,
    archives: archives as Archive[],
    skipped: skipped as SkippedCase[],
  };
}

function parseJson(text: string, reject: Reject): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return reject(`The content must be JSON: ${describeError(error)}.`, error);
  }
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}
