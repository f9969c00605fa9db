import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import { branchOf, listVersionFolders } from '#lib/php-releases/version-folders.ts';
import { assertDay, readVersionSupport, type VersionSupport } from '#lib/php-releases/version-support.ts';
import { readJson } from './read-json.ts';

/** Support dates of PHP and of Lambda's runtime. All dates are days, such as `2026-12-31`. */
export interface Support {
  /** The dates of each branch, such as `8.2`, come from its folder. */
  readonly php: Facts & { readonly branches: Readonly<Record<string, VersionSupport>> };
  readonly lambda: Facts & LambdaSupport;
}

interface Facts {
  /** Address of the page that the dates come from. */
  readonly source: string;
  /** Time at which the page was read: a day, month or year. */
  readonly asOf: string;
}

interface LambdaSupport {
  /** Identifier of the runtime. */
  readonly runtime: string;
  /** Last day of AWS's patches. */
  readonly deprecated: string;
  /** First day on which functions can no longer be created. */
  readonly createBlocked: string;
  /** First day on which functions can no longer be updated. */
  readonly updateBlocked: string;
}

const lambdaDates = ['deprecated', 'createBlocked', 'updateBlocked'] as const;

/**
 * Reads the support dates of PHP from `php-NN/support.json`, and the dates of Lambda's runtime from the catalogue's own file.
 *
 * @throws ActionError that names the first invalid date
 */
export async function readSupport(checkout: string): Promise<Support> {
  const path = join(checkout, 'tools/catalogue/data/support.json');
  const support = await readJson(path, 'Restore it with `git checkout`.');
  const { php, lambda } = isRecord(support) ? support : {};
  if (!isRecord(php) || !isRecord(lambda)) {
    throw new ActionError(`${path} must have the objects "php" and "lambda".`);
  }
  for (const name of lambdaDates) assertDay(lambda[name], name, `${path}, lambda`);
  const branches: Record<string, VersionSupport> = {};
  for (const folder of await listVersionFolders(checkout)) {
    branches[branchOf(folder)] = await readVersionSupport(join(checkout, folder));
  }
  return { php: { ...php, branches }, lambda } as unknown as Support;
}
