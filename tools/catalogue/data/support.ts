import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import { readJson } from './read-json.ts';

/** How long what a layer stands on is maintained by its makers. All dates are days, `2026-12-31`. */
export interface Support {
  readonly php: Facts & { readonly branches: Readonly<Record<string, BranchSupport>> };
  readonly lambda: Facts & LambdaSupport;
}

interface Facts {
  /** The page that the dates are from. */
  readonly source: string;
  /** When that page said so: a day, month or year. */
  readonly asOf: string;
}

export interface BranchSupport {
  readonly released: string;
  /** Bugs are fixed until then. */
  readonly active: string;
  /** Security holes are fixed until then. */
  readonly security: string;
}

interface LambdaSupport {
  /** The runtime's identifier. */
  readonly runtime: string;
  /** AWS patches it until then. */
  readonly deprecated: string;
  /** From then on no function of it can be created. */
  readonly createBlocked: string;
  /** From then on no function of it can be changed. */
  readonly updateBlocked: string;
}

const lambdaDates = ['deprecated', 'createBlocked', 'updateBlocked'] as const;
const branchDates = ['released', 'active', 'security'] as const;

/** Throws an ActionError that names the first date that is none. */
export async function readSupport(path: string): Promise<Support> {
  const support = await readJson(path, 'it is part of this repository');
  const php = isRecord(support) ? support.php : undefined;
  const branches = isRecord(php) ? php.branches : undefined;
  const lambda = isRecord(support) ? support.lambda : undefined;
  if (!isRecord(branches)) throw new ActionError(`${path} has no php.branches.`);
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
