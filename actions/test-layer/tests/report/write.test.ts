import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeWorkspace } from '../../../../tests/fixtures/workspace.ts';
import { toJUnit } from '../../src/report/junit.ts';
import { writeReport } from '../../src/report/write.ts';
import { report } from './fixtures.ts';

test('writes a report in the format of its file extension', async () => {
  await using workspace = await makeWorkspace();
  const json = join(workspace.path, 'out/report.json');
  await writeReport(json, report);
  expect(JSON.parse(await readFile(json, 'utf8'))).toEqual(report);
  const xml = join(workspace.path, 'report.xml');
  await writeReport(xml, report);
  expect(await readFile(xml, 'utf8')).toBe(toJUnit(report));
});
