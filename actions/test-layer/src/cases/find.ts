import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ActionError, InputError } from '#lib/node/errors.ts';
import type { Case } from './case.ts';
import { findInvocations } from './invocations.ts';
import type { Settings } from './options.ts';
import { findScripts } from './scripts.ts';

/**
 * The cases of all folders, in order of folder and name.
 *
 * @param filter text that the names of the cases to run contain; the case whose whole name it is, is the only one
 * @param defaults how a case is run that says nothing of it
 * @throws ActionError where a folder has no case or a case is malformed: a test that silently does not run is worse
 * than one that fails
 */
export async function findCases(
  folders: readonly string[],
  filter: string | undefined,
  defaults: Settings,
): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const folder of folders) {
    const found = await findCasesIn(folder, defaults);
    if (found.length === 0) {
      throw new ActionError(
        `No tests in "${folder}"; a folder of cases has scripts/<name>.<extension> or invocations/<name>/expected.json.`,
      );
    }
    cases.push(...found);
  }
  return filter === undefined ? cases : choose(cases, filter);
}

async function findCasesIn(folder: string, defaults: Settings): Promise<readonly Case[]> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new InputError('tests', 'must list folders that exist', folder);
  const set = basename(resolve(folder));
  return [
    ...(await findScripts(join(folder, 'scripts'), set, defaults)),
    ...(await findInvocations(join(folder, 'invocations'), set, defaults)),
  ];
}

function choose(cases: readonly Case[], filter: string): readonly Case[] {
  const exact = cases.filter(({ name }) => name === filter);
  if (exact.length > 0) return exact;
  const chosen = cases.filter(({ name }) => name.includes(filter));
  if (chosen.length > 0) return chosen;
  throw new InputError('filter', `must be part of a case's name, such as ${cases[0]?.name}`, filter);
}
