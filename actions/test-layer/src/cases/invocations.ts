import { join, resolve } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import type { InvocationCase } from './case.ts';
import { parseExpectation } from './expectation.ts';
import { listFolder, readJson } from './files.ts';
import { applyOptions, type Options, optionKeys, parseOptions, refuserOf, type Settings } from './options.ts';

/** The cases in a folder `invocations`, each a folder with an expected.json. */
export async function findInvocations(
  folder: string,
  set: string,
  defaults: Settings,
): Promise<readonly InvocationCase[]> {
  const cases: InvocationCase[] = [];
  for (const entry of await listFolder(folder)) {
    if (!entry.isDirectory()) continue;
    cases.push(await readInvocation(join(folder, entry.name), `${set}/invocations/${entry.name}`, defaults));
  }
  return cases;
}

async function readInvocation(folder: string, name: string, defaults: Settings): Promise<InvocationCase> {
  const names = (await listFolder(folder)).map((entry) => entry.name);
  if (!names.includes('expected.json')) {
    throw new ActionError(
      `"${folder}" has no expected.json, which says what the function is to answer or to log.`,
    );
  }
  const read = async (file: string) => (names.includes(file) ? readJson(join(folder, file)) : undefined);
  const source = join(folder, 'expected.json');
  const { options, rest } = splitOptions(await readJson(source), await read('options.json'), folder);
  const expectation = parseExpectation(rest, await read('event.json'), refuserOf(source));
  // Where the function's code is more than a handler, it has a folder of its own, without what the case is made of.
  const task = names.includes('app') ? join(folder, 'app') : folder;
  const settings = applyOptions(defaults, options);
  const handler = options.handler ?? settings.environment._HANDLER ?? (await findHandler(task));
  const { target, emulatedCpu } = options;
  return {
    kind: 'invocation',
    name,
    task: resolve(task),
    source,
    settings,
    target,
    emulatedCpu,
    handler,
    expectation,
  };
}

/** Options may stand in expected.json too, where a file of their own would be one too many; but in one place only. */
function splitOptions(expected: unknown, given: unknown, folder: string) {
  const file = join(folder, 'options.json');
  const own = given === undefined ? {} : parseOptions(given, refuserOf(file));
  if (!isRecord(expected)) return { options: own, rest: expected };
  const entries = Object.entries(expected);
  const moved = Object.fromEntries(entries.filter(([key]) => optionKeys.includes(key)));
  const rest = Object.fromEntries(entries.filter(([key]) => !optionKeys.includes(key)));
  const twice = Object.keys(moved).find((key) => Object.hasOwn(own, key));
  if (twice !== undefined) return refuserOf(file)(`has "${twice}", as does expected.json; keep one`);
  const beside = parseOptions(moved, refuserOf(join(folder, 'expected.json')));
  const options: Options = { ...own, ...beside };
  return { options, rest };
}

/** A folder with a `bootstrap` brings its own runtime, which needs no other handler. */
async function findHandler(task: string): Promise<string> {
  const names = (await listFolder(task)).map((entry) => entry.name);
  const handlers = names.filter((file) => /^handler\.[^.]+$/.test(file));
  if (handlers[0] !== undefined && handlers.length === 1) return handlers[0];
  if (handlers.length === 0 && names.includes('bootstrap')) return 'bootstrap';
  throw new ActionError(
    `"${task}" must have one file handler.<extension>, or the option "handler" must name another; ` +
      `it has ${handlers.length === 0 ? 'none' : handlers.join(' and ')}.`,
  );
}
