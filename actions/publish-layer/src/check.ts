import { existsSync } from 'node:fs';
import type { Layer } from '#lib/layer/layer.ts';
import type { Versions } from '#lib/layer/published-versions.ts';
import { InputError } from '#lib/node/errors.ts';
import type { Problems } from './inputs/problems.ts';
import type { Inputs } from './inputs.ts';
import { loadLayers } from './layers/layers.ts';
import { readVersions, versionsPath } from './report/versions-file.ts';

/** Content of the files that the inputs name. */
export interface Checked {
  readonly layers: readonly Layer[];
  /** Versions of `previous-versions`. */
  readonly previous: Versions;
  /** Versions that earlier runs left in the output folder. */
  readonly earlier: Versions;
}

/**
 * Reads all files that a run starts from.
 *
 * @throws ActionError with all problems of inputs and files
 */
export async function check(inputs: Inputs, problems: Problems): Promise<Checked> {
  const layers = await loadLayers(inputs, problems);
  const previous = await problems.collectAsync(() => readPrevious(inputs.previousVersions), {});
  const earlier = await problems.collectAsync(() => readVersions(versionsPath(inputs.output)), {});
  problems.assertNone();
  return { layers, previous, earlier };
}

async function readPrevious(path: string | undefined): Promise<Versions> {
  if (path === undefined) return {};
  if (!existsSync(path)) {
    throw new InputError(`Input "previous-versions" must be the path of a file; got "${path}".`);
  }
  return readVersions(path);
}
