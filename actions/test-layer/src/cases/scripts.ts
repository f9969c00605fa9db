import { access, constants } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import type { ScriptCase } from './case.ts';
import { listFolder, readJson } from './files.ts';
import { applyOptions, type Options, parseOptions, refuserOf, type Settings } from './options.ts';

/** What runs a script, by its extension: interpreters are the layer's, but for the shell, which Lambda's OS has. */
const interpreters: Readonly<Record<string, string>> = {
  '.php': '/opt/bin/php',
  '.sh': '/bin/sh',
  '.js': '/opt/bin/node',
  '.mjs': '/opt/bin/node',
  '.py': '/opt/bin/python3',
  '.rb': '/opt/bin/ruby',
};

/** Ends the name of the file with a script's options, which begins with the script's own. */
const optionsSuffix = '.options.json';

/** Names that begin with `_` or `.`, and folders, are what scripts share or read: they are not run. */
export async function findScripts(
  folder: string,
  set: string,
  defaults: Settings,
): Promise<readonly ScriptCase[]> {
  const entries = await listFolder(folder);
  const files = entries.filter((entry) => !entry.isDirectory() && !/^[_.]/.test(entry.name));
  const names = files.map(({ name }) => name);
  const scripts = names.filter((name) => !name.endsWith(optionsSuffix));
  for (const name of names.filter((other) => !scripts.includes(other))) {
    if (scripts.includes(name.slice(0, -optionsSuffix.length))) continue;
    throw new ActionError(`"${join(folder, name)}" is about a script that is not there.`);
  }
  const cases: ScriptCase[] = [];
  for (const name of scripts) {
    const source = join(folder, name);
    const options = names.includes(`${name}${optionsSuffix}`)
      ? await readOptions(`${source}${optionsSuffix}`)
      : {};
    cases.push({
      kind: 'script',
      name: `${set}/scripts/${name}`,
      task: resolve(folder),
      source,
      settings: applyOptions(defaults, options),
      target: options.target,
      emulatedCpu: options.emulatedCpu,
      command: await commandOf(source, `/var/task/${name}`),
    });
  }
  return cases;
}

async function readOptions(path: string): Promise<Options> {
  const refuse = refuserOf(path);
  const options = parseOptions(await readJson(path), refuse);
  if (options.handler !== undefined) return refuse('must have no "handler": it is about a script');
  return options;
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
