import { dirname } from 'node:path/posix';
import type { Logger } from '#lib/node/logger.ts';
import { formatTable, printable } from '#lib/report/text-table.ts';
import type { Audit } from './audit.ts';
import { countFindings, type Finding, statusOf } from './findings.ts';

/** So many annotations are more than GitHub shows of one step; the rest is in the table and the audit's file. */
const mostAnnotations = 50;
const mostRows = 200;
/** Files that are listed one by one, however alike their waived findings. */
const fewFiles = 3;

/** The width of a line where no terminal says it, as on GitHub. */
const usualColumns = 120;

/**
 * The findings as a person reads them in the log: one table of all, then each that is not waived with its remedy,
 * which GitHub makes annotations of. `columns` is the terminal's width.
 */
export function logAudit(log: Logger, name: string, audit: Audit, columns = usualColumns): void {
  const { findings } = audit;
  const title = `Audit of ${name} against ${describeTarget(audit)}`;
  if (findings.length === 0) {
    log.info(`${title}: nothing found.`);
    return;
  }
  log.info(`${title}: ${countFindings(findings)}`);
  const open = findings.filter(({ waived }) => waived === undefined);
  const rows = [...open, ...gatherFolders(findings.filter(({ waived }) => waived !== undefined))];
  const table = [['', 'rule', 'file', 'subject'], ...rows.slice(0, mostRows).map(toRow)];
  log.info(formatTable(table, { columns, whole: 2 }));
  if (rows.length > mostRows) log.info(`  and ${rows.length - mostRows} more, in the audit's file`);
  for (const finding of open.slice(0, mostAnnotations)) {
    const annotation = { title: printable(`${finding.rule}: ${finding.file}`) };
    const text = printable(`${finding.rule} in ${finding.file}: ${finding.message} ${finding.remedy}`);
    if (finding.severity === 'error') log.error(text, annotation);
    else log.warning(text, annotation);
  }
}

/** `provided.al2023 and the layers php-82, redis`. */
export function describeTarget({ runtime, bases }: Pick<Audit, 'runtime' | 'bases'>): string {
  if (bases.length === 0) return runtime;
  return `${runtime} and the layer${bases.length === 1 ? '' : 's'} ${bases.join(', ')}`;
}

/** More than a few that are alike but for their file, in one folder, become one: `lib/gconv/* (62 files)`. */
function gatherFolders(findings: readonly Finding[]): readonly Finding[] {
  const alike = Map.groupBy(findings, ({ rule, file, subject, waived }) =>
    JSON.stringify([rule, dirname(file), subject, waived]),
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length <= fewFiles) return group;
    return [{ ...first, file: `${dirname(first.file)}/* (${group.length} files)` }];
  });
}

function toRow(finding: Finding): readonly string[] {
  return [statusOf(finding), finding.rule, finding.file, finding.subject];
}
