import { join } from 'node:path';
import type { Inputs } from '../src/inputs.ts';
import type { BuildRequest } from '../src/request.ts';

/** A request for a build whose suite and output are in `folder`. */
export function requestIn(folder: string, inputs: Partial<Inputs> = {}): BuildRequest {
  return {
    inputs: {
      phpVersion: '82',
      folder: undefined,
      cpu: 'arm',
      baseOs: 'auto',
      baseImage: undefined,
      buildMode: 'release',
      pgoProfile: undefined,
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
    versionFolder: join(folder, 'php-82'),
    workFolder: folder,
    suiteVersion: '1.0.0',
  };
}
