import { writeFile } from 'node:fs/promises';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import type { Report } from '../report.ts';
import { toJUnit } from './junit.ts';

/** Writes the report as JUnit XML if the path ends in .xml, otherwise as JSON. */
export async function writeReport(path: string, report: Report): Promise<void> {
  const content = path.endsWith('.xml') ? toJUnit(report) : `${JSON.stringify(report, null, 2)}\n`;
  await writeAtomically(path, (temporary) => writeFile(temporary, content));
}
