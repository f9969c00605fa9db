import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { parse } from 'yaml';
import { ActionError } from '#lib/node/errors.ts';
import { exitCodeOf } from '#lib/node/signals.ts';
import { runTool } from '#lib/node/tool-entry.ts';

const actions = resolve(import.meta.dirname, '../../actions');

interface Definition {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>
  >;
}

await runTool(main, 2);

async function main(): Promise<void> {
  const [action = '', ...words] = process.argv.slice(2);
  if (action === '' || action === '--help') {
    console.log(describeTool());
    return;
  }
  const definition = readDefinition(action);
  if (words.includes('--help')) {
    console.log(describeAction(action, definition));
    return;
  }
  start(action, words, toEnvironment(action, definition, words));
}

/** Runs the bundle. The exit code of this process becomes the bundle's. */
function start(action: string, words: readonly string[], inputs: Record<string, string>): void {
  const child = spawn(process.execPath, [join(actions, action, 'dist/index.js')], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...inputs,
      // The action prints this command if a user has to run it again.
      ACTION_COMMAND: JSON.stringify(['node', relative('.', import.meta.filename), action, ...words]),
    },
  });
  // The action cleans up before it ends, and this process waits for it. A terminal sends Ctrl-C to both processes. The
  // other signals may arrive here only, and are forwarded.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.on('close', (code, signal) => {
    if (signal !== null) console.error(`Error: ${action} was ended by ${signal}.`);
    process.exitCode = signal === null ? (code ?? 1) : exitCodeOf(signal);
  });
}

function listActions(): readonly string[] {
  return globSync(join(actions, '*/action.yml'))
    .map((path) => basename(dirname(path)))
    .sort();
}

function readDefinition(action: string): Definition {
  const known = listActions();
  if (!known.includes(action)) {
    throw new ActionError(`The action must be one of ${known.join(', ')}; got "${action}".`);
  }
  return parse(readFileSync(join(actions, action, 'action.yml'), 'utf8')) as Definition;
}

/** Returns `INPUT_<NAME>` for every input, with the defaults of action.yml applied, as a workflow runner sets them. */
function toEnvironment(
  action: string,
  { inputs }: Definition,
  words: readonly string[],
): Record<string, string> {
  const values = new Map(Object.entries(inputs).map(([name, input]) => [name, String(input.default ?? '')]));
  for (const word of words) {
    const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    const known = [...values.keys()];
    if (name === undefined) {
      throw new ActionError(
        `"${word}" must be <input>=<value>. The inputs of ${action} are: ${known.join(', ')}.`,
      );
    }
    if (!values.has(name)) {
      throw new ActionError(
        `${action} has no input "${name}" (did you mean ${closest(name, known)}?). --help lists them.`,
      );
    }
    // An empty value means the default, so that a Makefile can pass unset variables.
    if (value !== '') values.set(name, value);
  }
  return Object.fromEntries([...values].map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
}

function describeTool(): string {
  return `Usage: node tools/run-action/main.ts <action> [<input>=<value>...]

Runs the committed bundle of an action as a workflow runner on GitHub does.

Actions: ${listActions().join(', ')}. \`<action> --help\` lists the inputs of an action.
`;
}

function describeAction(action: string, { name, description, inputs }: Definition): string {
  const rows = Object.entries(inputs).map(([input, { description, default: fallback, required }]) => {
    const note = required ? 'required' : `default: ${fallback || 'empty'}`;
    return `  ${input}\n      ${description.trim()} (${note})`;
  });
  return `Usage: node tools/run-action/main.ts ${action} [<input>=<value>...]

${name}: ${description}

${rows.join('\n')}
`;
}
