import { writeFile } from 'node:fs/promises';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { toJUnit } from './junit.ts';
import type { Report } from './report.ts';

/** Writes the report as JSON or, for a path that ends in .xml, as JUnit XML. */
export async function writeReport(path: string, report: Report): Promise<void> {
  const content = path.endsWith('.xml') ? toJUnit(report) : `${JSON.stringify(report, null, 2)}\n`;
  await writeAtomically(path, (temporary) => writeFile(temporary, content));
}
