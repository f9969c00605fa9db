import { join, resolve } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';
import type { InvocationCase } from './case.ts';
import { parseExpectation } from './expectation.ts';
import { listFolder, readJson } from './files.ts';
import { applyOptions, createReject, type Options, optionKeys, parseOptions } from './options.ts';

/** Finds the cases in a folder `invocations`. Each case is a folder with an expected.json. */
export async function findInvocations(
  folder: string,
  set: string,
  defaults: FunctionSettings,
): Promise<readonly InvocationCase[]> {
  const cases: InvocationCase[] = [];
  for (const entry of await listFolder(folder)) {
    if (!entry.isDirectory()) continue;
    cases.push(await readInvocation(join(folder, entry.name), `${set}/invocations/${entry.name}`, defaults));
  }
  return cases;
}

async function readInvocation(
  folder: string,
  name: string,
  defaults: FunctionSettings,
): Promise<InvocationCase> {
  const names = (await listFolder(folder)).map((entry) => entry.name);
  if (!names.includes('expected.json')) {
    throw new ActionError(
      `The folder "${folder}" has no expected.json. Add one with the expected answer or log of the function.`,
    );
  }
  const read = async (file: string) => (names.includes(file) ? readJson(join(folder, file)) : undefined);
  const source = join(folder, 'expected.json');
  const { options, rest } = splitOptions(await readJson(source), await read('options.json'), folder);
  const expectation = parseExpectation(rest, await read('event.json'), createReject(source));
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

/** Separates the options in expected.json from its other keys, and merges them with the content of options.json. */
function splitOptions(expected: unknown, optionsContent: unknown, folder: string) {
  const file = join(folder, 'options.json');
  const separate = optionsContent === undefined ? {} : parseOptions(optionsContent, createReject(file));
  if (!isRecord(expected)) return { options: separate, rest: expected };
  const entries = Object.entries(expected);
  const embedded = Object.fromEntries(entries.filter(([key]) => optionKeys.includes(key)));
  const rest = Object.fromEntries(entries.filter(([key]) => !optionKeys.includes(key)));
  const duplicate = Object.keys(embedded).find((key) => Object.hasOwn(separate, key));
  if (duplicate !== undefined) {
    return createReject(file)(`"${duplicate}" is also in expected.json. Remove one of the two.`);
  }
  const inExpected = parseOptions(embedded, createReject(join(folder, 'expected.json')));
  const options: Options = { ...separate, ...inExpected };
  return { options, rest };
}

/** Finds the only file `handler.<extension>`. A folder with its own runtime, a `bootstrap`, needs no such file. */
async function findHandler(task: string): Promise<string> {
  const names = (await listFolder(task)).map((entry) => entry.name);
  const handlers = names.filter((file) => /^handler\.[^.]+$/.test(file));
  if (handlers[0] !== undefined && handlers.length === 1) return handlers[0];
  if (handlers.length === 0 && names.includes('bootstrap')) return 'bootstrap';
  throw new ActionError(
    `The folder "${task}" must have one file handler.<extension>; got ${handlers.join(' and ') || 'none'}. ` +
      'Add or remove one, or name the handler in the option "handler".',
  );
}
