import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import { readJson } from './read-json.ts';

/** Support dates of PHP and of Lambda's runtime. All dates are days, such as `2026-12-31`. */
export interface Support {
  readonly php: Facts & { readonly branches: Readonly<Record<string, BranchSupport>> };
  readonly lambda: Facts & LambdaSupport;
}

interface Facts {
  /** Address of the page that the dates come from. */
  readonly source: string;
  /** Time at which the page was read: a day, month or year. */
  readonly asOf: string;
}

export interface BranchSupport {
  readonly released: string;
  /** Last day of bug fixes. */
  readonly active: string;
  /** Last day of security fixes. */
  readonly security: string;
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
const branchDates = ['released', 'active', 'security'] as const;

/**
 * Reads the support dates.
 *
 * @throws ActionError that names the first invalid date
 */
export async function readSupport(path: string): Promise<Support> {
  const support = await readJson(path, 'Restore it with `git checkout`.');
  const php = isRecord(support) ? support.php : undefined;
  const branches = isRecord(php) ? php.branches : undefined;
  const lambda = isRecord(support) ? support.lambda : undefined;
  if (!isRecord(branches)) throw new ActionError(`${path} must have an object "php.branches".`);
  assertDates(lambda, lambdaDates, `${path}, lambda`);
  for (const [branch, dates] of Object.entries(branches)) {
    assertDates(dates, branchDates, `${path}, PHP ${branch}`);
  }
  return support as Support;
}

function assertDates(value: unknown, names: readonly string[], where: string): void {
  for (const name of names) {
    const date = isRecord(value) ? value[name] : undefined;
    if (typeof date !== 'string' || !isDay(date)) {
      throw new ActionError(
        `${where}: "${name}" must be a day such as 2026-12-31; got ${JSON.stringify(date)}.`,
      );
    }
  }
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) && text.length === 10;
}
