import { dirname } from 'node:path/posix';
import type { Logger } from '#lib/node/logger.ts';
import { formatCount } from '#lib/report/count.ts';
import { formatTable, printable } from '#lib/report/text-table.ts';
import type { Audit, Unchecked } from './audit.ts';
import { countFindings, type Finding, statusOf } from './findings.ts';

/** More annotations than GitHub shows for one step. The audit file contains all findings. */
const maxAnnotations = 50;
const maxRows = 200;
/** Maximum number of equal waived findings in one folder that get a row each. */
const maxEqualRows = 3;

/** Line width without a terminal, as on GitHub. */
const defaultColumns = 120;

/**
 * Logs an audit: a table of the findings, then each finding that is not waived, with its fix, as an annotation on
 * GitHub. The table and the annotations are limited in number.
 *
 * @param name name of the layer
 * @param columns width of the terminal in characters
 */
export function logAudit(log: Logger, name: string, audit: Audit, columns = defaultColumns): void {
  const { findings } = audit;
  const title = `Audit of ${name} against ${describeTarget(audit)}`;
  log.info(`${title}: ${findings.length === 0 ? 'nothing found.' : countFindings(findings)}`);
  logUnchecked(log, audit.unchecked ?? []);
  if (findings.length === 0) return;
  const open = findings.filter(({ waived }) => waived === undefined);
  const rows = [...open, ...groupByFolder(findings.filter(({ waived }) => waived !== undefined))];
  const table = [['', 'rule', 'file', 'subject'], ...rows.slice(0, maxRows).map(toRow)];
  log.info(formatTable(table, { columns, whole: 2 }));
  if (rows.length > maxRows) log.info(`  and ${rows.length - maxRows} more in the audit file`);
  for (const finding of open.slice(0, maxAnnotations)) {
    const annotation = { title: printable(`${finding.rule}: ${finding.file}`) };
    const text = printable(`${finding.rule} in ${finding.file}: ${finding.message} ${finding.remedy}`);
    if (finding.severity === 'error') log.error(text, annotation);
    else log.warning(text, annotation);
  }
}

function logUnchecked(log: Logger, unchecked: readonly Unchecked[]): void {
  if (unchecked.length === 0) return;
  const symbols = unchecked.reduce((sum, one) => sum + one.symbols, 0);
  const libraries = [...new Set(unchecked.flatMap((one) => one.libraries))].sort();
  log.info(
    `Not checked: ${formatCount(symbols, 'symbol')} of ${formatCount(unchecked.length, 'file')}, because the exports of ` +
      `these are unknown: ${libraries.join(', ')}. The audit file has the details.`,
  );
}

/** `provided.al2023 and the layers php-82, redis`. */
export function describeTarget({ runtime, lowerLayers }: Pick<Audit, 'runtime' | 'lowerLayers'>): string {
  if (lowerLayers.length === 0) return runtime;
  return `${runtime} and the layer${lowerLayers.length === 1 ? '' : 's'} ${lowerLayers.join(', ')}`;
}

/** Merges the findings of one folder that differ only in their file into one row: `lib/gconv/* (62 files)`. */
function groupByFolder(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, ({ rule, file, subject, waived }) =>
    JSON.stringify([rule, dirname(file), subject, waived]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length <= maxEqualRows) return group;
    return [{ ...first, file: `${dirname(first.file)}/* (${group.length} files)` }];
  });
}

function toRow(finding: Finding): readonly string[] {
  return [statusOf(finding), finding.rule, finding.file, finding.subject];
}
