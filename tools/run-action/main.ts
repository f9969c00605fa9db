/**
 * Runs an action's committed bundle as a GitHub runner does: `run-action.ts <action> [input=value ...]`.
 * What passes here is what CI runs. `--help` lists the action's inputs.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { exitCodeOf } from '#lib/node/signals.ts';

interface Definition {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>
  >;
}

const [action = '', ...words] = process.argv.slice(2);
const folder = resolve(import.meta.dirname, '../../actions', action);
const definition = readDefinition();
if (words.includes('--help')) {
  console.log(describe(definition));
  process.exit(0);
}
const child = spawn(process.execPath, [resolve(folder, 'dist/index.js')], {
  stdio: 'inherit',
  env: {
    ...process.env,
    ...toEnvironment(definition, words),
    // So that an action can say how to run it again.
    ACTION_COMMAND: JSON.stringify(['node', relative('.', import.meta.filename), action, ...words]),
  },
});
// The action takes away what it has made before it ends, and this process waits for that. A terminal sends Ctrl-C to
// both, and where it is closed, that; whoever ends this process alone means the action.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGHUP'));
child.on('close', (code, signal) => {
  if (signal !== null) console.error(`Error: ${action} was ended by ${signal}.`);
  process.exitCode = signal === null ? (code ?? 1) : exitCodeOf(signal);
});

function readDefinition(): Definition {
  try {
    return parse(readFileSync(resolve(folder, 'action.yml'), 'utf8')) as Definition;
  } catch {
    fail(`"${action}" is not an action of this suite; the folders of actions/ with an action.yml are.`);
  }
}

/** `INPUT_<NAME>` for every input, the defaults of action.yml applied: what a runner sets. */
function toEnvironment({ inputs }: Definition, given: readonly string[]): Record<string, string> {
  const values = new Map(Object.entries(inputs).map(([name, input]) => [name, String(input.default ?? '')]));
  for (const word of given) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (!values.has(name))
      fail(`"${word}" is not input=value of ${action}; its inputs: ${[...values.keys()].join(', ')}.`);
    // An empty value stands for "not given", so that a Makefile can pass its variables on as they are.
    if (value !== '') values.set(name, value);
  }
  return Object.fromEntries([...values].map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
}

function describe({ name, description, inputs }: Definition): string {
  const rows = Object.entries(inputs).map(([input, { description, default: fallback, required }]) => {
    const note = required ? 'required' : `default: ${fallback || 'empty'}`;
    return `  ${input}\n      ${description.trim()} (${note})`;
  });
  return `${name}: ${description}\n\nusage: run-action.ts ${action} input=value ...\n\n${rows.join('\n')}`;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
