import { access, constants } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';
import type { ScriptCase } from './case.ts';
import { listFolder, readJson } from './files.ts';
import { applyOptions, createReject, type Options, parseOptions } from './options.ts';

/** Programs that run scripts, by extension. They are part of the layer, except the shell, which Lambda's OS has. */
const interpreters: Readonly<Record<string, string>> = {
  '.php': '/opt/bin/php',
  '.sh': '/bin/sh',
  '.js': '/opt/bin/node',
  '.mjs': '/opt/bin/node',
  '.py': '/opt/bin/python3',
  '.rb': '/opt/bin/ruby',
};

/** The options of the script `a.php` are in `a.php.options.json`. */
const optionsSuffix = '.options.json';

/** Finds the scripts in a folder. Folders, and files whose name begins with `_` or `.`, are only for use by scripts. */
export async function findScripts(
  folder: string,
  set: string,
  defaults: FunctionSettings,
): Promise<readonly ScriptCase[]> {
  const entries = await listFolder(folder);
  const files = entries.filter((entry) => !entry.isDirectory() && !/^[_.]/.test(entry.name));
  const names = files.map(({ name }) => name);
  const scripts = names.filter((name) => !name.endsWith(optionsSuffix));
  for (const name of names.filter((other) => !scripts.includes(other))) {
    const script = name.slice(0, -optionsSuffix.length);
    if (scripts.includes(script)) continue;
    throw new ActionError(
      `"${join(folder, name)}" has options for the script "${script}", which does not exist. Rename or delete it.`,
    );
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
  const reject = createReject(path);
  const options = parseOptions(await readJson(path), reject);
  if (options.handler !== undefined) return reject('A script cannot have a "handler".');
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
      `No interpreter is known for "${source}". A script must be executable or end in ` +
        `${Object.keys(interpreters).join(', ')}. If it is a file that scripts read, move it to a folder or ` +
        'begin its name with "_".',
    );
  }
}
