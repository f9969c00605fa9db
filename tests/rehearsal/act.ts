import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { installGoTool } from '#lib/dev-tools/go-tool.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

const suite = resolve(import.meta.dirname, '../..');

/** The program, installed inside the checkout; an error in words where it cannot be. */
export async function installAct(run: Run): Promise<string> {
  const act = await installGoTool(run, 'github.com/nektos/act', 'v0.2.89');
  if (act !== undefined) return act;
  throw new ActionError('A rehearsal needs Go, to install act, which runs workflows: https://go.dev/dl');
}

export interface ActRun {
  /** Path of the program. */
  readonly act: string;
  /** The checkout whose workflow is run. */
  readonly folder: string;
  readonly workflow: string;
  readonly event: 'push' | 'pull_request';
  /** Path of the event's JSON. */
  readonly eventPath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Of matrices, only what has these values. */
  readonly matrix?: Readonly<Record<string, string>>;
  onLine(line: string): void;
}

/** Runs a workflow on this very machine with act (https://nektosact.com); its exit code. */
export async function runAct(run: ActRun): Promise<number> {
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const args = [
    run.event,
    ...['--workflows', run.workflow, '--eventpath', run.eventPath, '--directory', run.folder],
    ...['ubuntu-24.04', 'ubuntu-24.04-arm'].flatMap((machine) => ['--platform', `${machine}=-self-hosted`]),
    // One after another: two cores, and one Docker engine for all.
    ...['--concurrent-jobs', '1', '--env-file', '/dev/null'],
    ...pairs('--env', run.environment),
    ...pairs('--var', run.variables),
    ...pairs('--secret', run.secrets),
    ...Object.entries(run.matrix ?? {}).flatMap(([name, value]) => ['--matrix', `${name}:${value}`]),
    ...standIns(run.folder).flatMap(([action, folder]) => ['--local-repository', `${action}=${folder}`]),
  ];
  // act runs actions with the first node on its own PATH; GitHub runs them with Node 24.
  const path = `${join(suite, 'node_modules/.bin')}:${process.env.PATH}`;
  const child = spawn(run.act, args, {
    cwd: run.folder,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', run.onLine);
  return new Promise((done) => child.on('close', (code) => done(code ?? 1)));
}

/** For each action of GitHub's own that a workflow uses: itself with its commit, and the folder that stands in. */
function standIns(folder: string): readonly (readonly [string, string])[] {
  const used = globSync(join(folder, '.github/workflows/*.yml')).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/uses: ([\w.-]+\/([\w.-]+)@[0-9a-f]{40})/g)].map(
      ([, action = '', name = '']) => ({
        action,
        name,
      }),
    ),
  );
  // act knows checkout itself: the workspace is a copy of the folder.
  const needed = new Map(
    used.filter(({ name }) => name !== 'checkout').map(({ action, name }) => [action, name]),
  );
  return [...needed].map(([action, name]) => {
    const standIn = join(import.meta.dirname, 'actions', name);
    if (!existsSync(standIn) && name !== 'configure-aws-credentials') {
      throw new ActionError(`${action} has no stand-in: make ${standIn}, as the others there.`);
    }
    return [action, standIn] as const;
  });
}
