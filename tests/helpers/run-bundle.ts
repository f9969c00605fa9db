import { type ChildProcess, spawn } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const repository = resolve(import.meta.dirname, '../..');

export interface BundleRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the action wrote to GITHUB_OUTPUT, as GitHub reads it. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What it wrote to GITHUB_STEP_SUMMARY. */
  readonly summary: string;
}

export interface BundleOptions {
  readonly action: string;
  /** The workspace: a folder outside the repository, so that no node_modules can help. */
  readonly folder: string;
  /** Where the action is copied to; the workspace, unless a foreign repository uses it. */
  readonly suite?: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told how to end the process with SIGKILL, as it starts. */
  onStart?(kill: () => void): void;
  /** Something that happens to the action when it has said a certain thing. */
  readonly disturb?: { readonly when: string; readonly how: (action: ChildProcess) => void };
}

/**
 * Runs a committed bundle as a GitHub runner does: from a copy of the action alone, with action.yml's defaults as
 * `INPUT_*`, and files for outputs and summary.
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
  const files = {
    GITHUB_OUTPUT: join(folder, 'github-output'),
    GITHUB_STEP_SUMMARY: join(folder, 'github-summary'),
  };
  for (const file of Object.values(files)) await writeFile(file, '');
  const definition = parse(await readFile(join(copy, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  const given = Object.entries(definition.inputs).map(([name, { default: fallback }]) => [
    `INPUT_${name.toUpperCase()}`,
    inputs[name] ?? String(fallback ?? ''),
  ]);
  const { CI: _ci, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(copy, 'dist/index.js')], {
    cwd: folder,
    env: {
      ...inherited,
      ...Object.fromEntries(given),
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

/** `name<<delimiter`, lines, `delimiter`: the form that @actions/core writes. */
function parseOutputs(content: string): Record<string, string> {
  const found = content.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...found].map(([, name = '', , value = '']) => [name, value]));
}
