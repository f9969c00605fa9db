import { type ChildProcess, spawn } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const repository = resolve(import.meta.dirname, '../..');

export interface BundleRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The outputs in GITHUB_OUTPUT. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The content of GITHUB_STEP_SUMMARY. */
  readonly summary: string;
}

export interface BundleOptions {
  readonly action: string;
  /** The workspace: a folder outside the repository, so that the bundle cannot find node_modules. */
  readonly folder: string;
  /** Folder that the action is copied to. By default it is the workspace, as in a workflow of this repository. */
  readonly suite?: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called when the process starts, with a function that kills it with SIGKILL. */
  onStart?(kill: () => void): void;
  /** Interferes with the action as soon as its stdout contains a text. */
  readonly disturb?: { readonly when: string; readonly how: (action: ChildProcess) => void };
}

/**
 * Runs a committed bundle as a workflow runner does: from a copy of the action's folder, with the defaults of action.yml
 * as `INPUT_*`, and with files for outputs and summary.
 */
export async function runBundle({
  action,
  folder,
  suite = folder,
  inputs,
  environment = {},
  onStart = () => {},
  disturb,
}: BundleOptions): Promise<BundleRun> {
  const copy = join(suite, 'actions', action);
  const sources = join(repository, 'actions', action, 'src');
  await cp(join(repository, 'actions', action), copy, {
    recursive: true,
    filter: (path) => path !== sources,
  });
  // A runner has the whole repository; test-layer reads these recipes from it.
  const roots = 'lib/sandbox/roots';
  if (action === 'test-layer') await cp(join(repository, roots), join(suite, roots), { recursive: true });
  const files = {
    GITHUB_OUTPUT: join(folder, 'github-output'),
    GITHUB_STEP_SUMMARY: join(folder, 'github-summary'),
  };
  for (const file of Object.values(files)) await writeFile(file, '');
  const definition = parse(await readFile(join(copy, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  const inputVariables = Object.entries(definition.inputs).map(([name, { default: fallback }]) => [
    `INPUT_${name.toUpperCase()}`,
    inputs[name] ?? String(fallback ?? ''),
  ]);
  const { CI: _ci, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(copy, 'dist/index.js')], {
    cwd: folder,
    env: {
      ...inherited,
      ...Object.fromEntries(inputVariables),
      ...files,
      RUNNER_TEMP: join(folder, 'runner-temp'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (disturb !== undefined && stdout.includes(disturb.when)) disturb.how(child);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exitCode = await new Promise<number>((done) => child.on('close', (code) => done(code ?? 1)));
  return {
    exitCode,
    stdout,
    stderr,
    outputs: parseOutputs(await readFile(files.GITHUB_OUTPUT, 'utf8')),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'),
  };
}

/** Reads the format of @actions/core: `name<<delimiter`, lines, `delimiter`. */
function parseOutputs(content: string): Record<string, string> {
  const found = content.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...found].map(([, name = '', , value = '']) => [name, value]));
}
