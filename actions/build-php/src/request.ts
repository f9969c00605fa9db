import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { readVersionSupport } from '#lib/php-releases/version-support.ts';
import { type Artifact, readSources } from '#lib/sources/sources.ts';
import { checkExtensions } from './extensions.ts';
import type { Inputs } from './inputs.ts';

/** The requested build of one PHP version. */
export interface BuildRequest {
  readonly inputs: Inputs;
  readonly artifacts: readonly Artifact[];
  /** The user's own folder, otherwise the suite's `php-NN`. */
  readonly versionFolder: string;
  /** Folder for intermediate files, which is removed when the build ends. */
  readonly workFolder: string;
  readonly suiteVersion: string;
}

/**
 * Completes the inputs with the pinned sources of the version.
 *
 * @throws InputError if an extension input breaks its rules for these sources
 * @throws ActionError if the suite's folder pins another version of PHP, or has no support dates
 */
export async function readRequest(inputs: Inputs, suiteFolder: string): Promise<BuildRequest> {
  const { folder, phpVersion, cpu, output } = inputs;
  const versionFolder = folder === undefined ? join(suiteFolder, `php-${phpVersion}`) : resolve(folder);
  const artifacts = await readSources(join(versionFolder, 'sources.json'));
  // The user chooses the number of a folder freely, so it says nothing about the PHP version in it.
  if (folder === undefined) {
    checkPhpVersion(artifacts, phpVersion);
    await readVersionSupport(versionFolder);
  }
  checkExtensions(inputs, {
    peclExtensions: listPeclExtensions(artifacts),
    phpVersion: folder === undefined ? phpVersion : undefined,
  });
  return {
    inputs,
    artifacts,
    versionFolder,
    workFolder: resolve(output, `.build-${phpVersion}-${cpu}`),
    suiteVersion: await readSuiteVersion(suiteFolder),
  };
}

/** Rejects a release of PHP that a copied `php-NN` folder still pins. */
function checkPhpVersion(artifacts: readonly Artifact[], phpVersion: string): void {
  const [major, minor] = phpVersion;
  const releases = artifacts
    .filter(({ name }) => name === 'php')
    .flatMap(({ version, substitutes }) => [version, ...substitutes.map((substitute) => substitute.version)]);
  const wrong = releases.find((version) => !version.startsWith(`${major}.${minor}.`));
  if (wrong === undefined) return;
  throw new ActionError(
    `php-${phpVersion}/sources.json pins PHP ${wrong}, but the folder is for PHP ${major}.${minor}. ` +
      `Run \`npm run upgrade -- php-${phpVersion}\`, or correct the version.`,
  );
}

/** Returns the extensions that the version compiles into its layers from archives of their own. */
export function listPeclExtensions(
  artifacts: readonly Pick<Artifact, 'name' | 'feed' | 'use'>[],
): readonly string[] {
  return artifacts.filter(({ feed, use }) => feed === 'pecl' && use === 'layers').map(({ name }) => name);
}

async function readSuiteVersion(suiteFolder: string): Promise<string> {
  const json = await readFile(join(suiteFolder, 'package.json'), 'utf8');
  return (JSON.parse(json) as { version: string }).version;
}
