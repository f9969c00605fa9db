import { supportFile } from '#lib/php-releases/version-support.ts';
import type { PlannedBuild } from '../plan-build.ts';
import { digestInputs } from './inputs-digest.ts';

/**
 * Returns a digest of a PHP version's folder. Leaves out the support dates of the suite's folders: no layer is made from
 * them, and `npm run upgrade` changes them after each release of PHP.
 */
export async function digestVersionFolder({
  request,
  plan,
}: Pick<PlannedBuild, 'request' | 'plan'>): Promise<string> {
  // The Dockerfile of a user's own folder can read all of its files.
  const ignored = request.inputs.folder === undefined ? [supportFile] : [];
  return await digestInputs({ version: plan.versionFolder }, {}, ignored);
}
