import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { ActionError, describeError, InputError } from '../../shared/errors.ts';
import { type Expectation, parseExpectation } from './expectation.ts';

/** One test of a layer, read from a folder of cases. */
export type Case = ScriptCase | InvocationCase;

interface CaseBase {
  /** Such as `function/scripts/curl.php`: set, kind, name. */
  readonly name: string;
  /** What is mounted at /var/task. Absolute. */
  readonly task: string;
  /** The file or folder that defines the case, as annotations show it. */
  readonly source: string;
}

/** A program that passes when it exits with 0. */
export interface ScriptCase extends CaseBase {
  readonly kind: 'script';
  /** What is run, with /var/task as working directory. */
  readonly command: readonly [program: string, ...args: string[]];
}

/** Events that the function is invoked with, one after the other in one container, and what it is to answer. */
export interface InvocationCase extends CaseBase {
  readonly kind: 'invocation';
  /** `_HANDLER`; undefined where the case's environment sets it. */
  readonly handler: string | undefined;
  readonly expectation: Expectation;
}

/** What runs a script, by its extension: interpreters are the layer's, but for the shell, which Lambda's OS has. */
const interpreters: Readonly<Record<string, string>> = {
  '.php': '/opt/bin/php',
  '.sh': '/bin/sh',
  '.js': '/opt/bin/node',
  '.mjs': '/opt/bin/node',
  '.py': '/opt/bin/python3',
  '.rb': '/opt/bin/ruby',
};

/**
 * The cases of all folders, in order of folder and name.
 *
 * @throws ActionError where a folder has no case or a case is malformed: a test that silently does not run is worse
 * than one that fails
 */
export async function findCases(
  folders: readonly string[],
  filter: string | undefined,
): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const folder of folders) {
    const found = await findCasesIn(folder);
    if (found.length === 0) {
      throw new ActionError(
        `No tests in "${folder}"; a folder of cases has scripts/<name>.<extension> or invocations/<name>/expected.json.`,
      );
    }
    cases.push(...found);
  }
  if (filter === undefined) return cases;
  const chosen = cases.filter(({ name }) => name.includes(filter));
  if (chosen.length === 0) {
    throw new InputError('filter', `must be part of a case's name, such as ${cases[0]?.name}`, filter);
  }
  return chosen;
}

async function findCasesIn(folder: string): Promise<readonly Case[]> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new InputError('tests', 'must list folders that exist', folder);
  const set = basename(resolve(folder));
  return [...(await findScripts(folder, set)), ...(await findInvocations(folder, set))];
}

/** Names that begin with `_` or `.`, and folders, are what scripts share or read: they are not run. */
async function findScripts(folder: string, set: string): Promise<readonly ScriptCase[]> {
  const scripts = join(folder, 'scripts');
  const cases: ScriptCase[] = [];
  for (const entry of await listFolder(scripts)) {
    if (entry.isDirectory() || /^[_.]/.test(entry.name)) continue;
    const source = join(scripts, entry.name);
    const command = await commandOf(source, `/var/task/${entry.name}`);
    cases.push({
      kind: 'script',
      name: `${set}/scripts/${entry.name}`,
      task: resolve(scripts),
      source,
      command,
    });
  }
  return cases;
}

async function commandOf(source: string, path: string): Promise<ScriptCase['command']> {
  const interpreter = interpreters[extname(source)];
  if (interpreter !== undefined) return [interpreter, path];
  try {
    await access(source, constants.X_OK);
    return [path];
  } catch {
    throw new ActionError(
      `Nothing can run "${source}": scripts end in ${Object.keys(interpreters).join(', ')} or are executable. ` +
        'Files that scripts only read belong in a folder, or begin with "_".',
    );
  }
}

async function findInvocations(folder: string, set: string): Promise<readonly InvocationCase[]> {
  const invocations = join(folder, 'invocations');
  const cases: InvocationCase[] = [];
  for (const entry of await listFolder(invocations)) {
    if (!entry.isDirectory()) continue;
    cases.push(await readInvocation(join(invocations, entry.name), `${set}/invocations/${entry.name}`));
  }
  return cases;
}

async function readInvocation(folder: string, name: string): Promise<InvocationCase> {
  const names = (await listFolder(folder)).map((entry) => entry.name);
  if (!names.includes('expected.json')) {
    throw new ActionError(
      `"${folder}" has no expected.json, which says what the function is to answer or to log.`,
    );
  }
  const event = names.includes('event.json') ? await readJson(join(folder, 'event.json')) : undefined;
  const expected = join(folder, 'expected.json');
  const expectation = parseExpectation(await readJson(expected), event, expected);
  const handlers = names.filter((file) => /^handler\.[^.]+$/.test(file));
  const handler = handlers.length === 1 ? handlers[0] : undefined;
  if (handler === undefined && expectation.environment._HANDLER === undefined) {
    throw new ActionError(
      `"${folder}" must have one file handler.<extension>, or set _HANDLER in expected.json's "environment"; ` +
        `it has ${handlers.length === 0 ? 'none' : handlers.join(' and ')}.`,
    );
  }
  return { kind: 'invocation', name, task: resolve(folder), source: expected, handler, expectation };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ActionError(`"${path}" is not JSON: ${describeError(cause)}`);
  }
}

/** Sorted by name; empty where there is no such folder. */
async function listFolder(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
