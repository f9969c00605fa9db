import { join } from 'node:path';
import { silentLogger } from '../../../tests/helpers/silent-logger.ts';
import type { Build } from '../src/build.ts';
import { noTreeCache } from '../src/cache/tree-cache.ts';
import type { Inputs } from '../src/inputs.ts';

/** A build of an own suite in `folder`, for which nothing is asked of the machine. */
export function buildIn(folder: string, inputs: Partial<Inputs> = {}): Build {
  return {
    inputs: {
      phpVersion: '82',
      folder: undefined,
      cpu: 'arm',
      base: 'auto',
      profile: 'release',
      trainedProfile: undefined,
      until: 'layers',
      cache: true,
      extensions: [],
      withoutExtensions: [],
      threadSafe: false,
      configureFlags: [],
      iniFiles: [],
      builder: undefined,
      images: false,
      imagePrefix: 'bref/',
      imageTag: 'latest',
      output: folder,
      ...inputs,
    },
    artifacts: [],
    folder: join(folder, 'php-82'),
    work: folder,
    version: '1.0.0',
    run: async () => ({ exitCode: 1, stdout: '', stderr: '' }),
    log: silentLogger(),
    signal: new AbortController().signal,
    sourceCache: { restore: async () => {}, save: async () => {} },
    treeCache: noTreeCache,
    profileCache: noTreeCache,
    suite: folder,
    cacheFolder: folder,
  };
}
