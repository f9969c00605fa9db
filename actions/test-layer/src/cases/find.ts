import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ActionError, InputError } from '#lib/node/errors.ts';
import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';
import type { Case } from './case.ts';
import { findInvocations } from './invocations.ts';
import { findScripts } from './scripts.ts';

/**
 * Finds the cases of all folders, in order of folder and name.
 *
 * @param filter part of the names of the cases to find; if it is the whole name of a case, only that case is found
 * @param defaults settings of cases that do not have their own
 * @throws ActionError if a folder has no case or a case is malformed, because a test that silently does not run is worse
 * than one that fails
 */
export async function findCases(
  folders: readonly string[],
  filter: string | undefined,
  defaults: FunctionSettings,
): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const folder of folders) {
    const found = await findCasesIn(folder, defaults);
    if (found.length === 0) {
      throw new ActionError(
        `The folder "${folder}" has no cases. A folder of cases contains scripts/<name>.<extension> or ` +
          'invocations/<name>/expected.json.',
      );
    }
    cases.push(...found);
  }
  return filter === undefined ? cases : filterCases(cases, filter);
}

async function findCasesIn(folder: string, defaults: FunctionSettings): Promise<readonly Case[]> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new InputError(`Input "tests" must list folders that exist; got "${folder}".`);
  }
  const set = basename(resolve(folder));
  return [
    ...(await findScripts(join(folder, 'scripts'), set, defaults)),
    ...(await findInvocations(join(folder, 'invocations'), set, defaults)),
  ];
}

function filterCases(cases: readonly Case[], filter: string): readonly Case[] {
  const exact = cases.filter(({ name }) => name === filter);
  if (exact.length > 0) return exact;
  const matching = cases.filter(({ name }) => name.includes(filter));
  if (matching.length > 0) return matching;
  throw new InputError(
    `Input "filter" must be part of a case's name, such as ${cases[0]?.name}; got "${filter}".`,
  );
}
