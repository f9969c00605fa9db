import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { installGoTool } from '#lib/dev-tools/go-tool.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

const repositoryRoot = resolve(import.meta.dirname, '../..');

/**
 * Installs act in the checkout and returns its path.
 *
 * @throws ActionError if Go is missing
 */
export async function installAct(run: Run): Promise<string> {
  const act = await installGoTool(run, 'github.com/nektos/act', 'v0.2.89');
  if (act !== undefined) return act;
  throw new ActionError('A rehearsal needs Go to install act. Install Go from https://go.dev/dl.');
}

export interface ActRun {
  /** Path of act. */
  readonly act: string;
  /** Checkout that contains the workflow. */
  readonly folder: string;
  readonly workflow: string;
  readonly event: 'push' | 'pull_request';
  /** Path of the event's JSON. */
  readonly eventPath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Runs only this job. */
  readonly job?: string;
  /** Limits matrices to jobs with these values. */
  readonly matrix?: Readonly<Record<string, string>>;
  onLine(line: string): void;
}

/** Runs a workflow on this machine with act (https://nektosact.com) and returns its exit code. */
export async function runAct(run: ActRun): Promise<number> {
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const args = [
    run.event,
    ...['--workflows', run.workflow, '--eventpath', run.eventPath, '--directory', run.folder],
    ...['ubuntu-24.04', 'ubuntu-24.04-arm'].flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    // Jobs run one after another, because they share a Docker engine.
    ...['--concurrent-jobs', '1', '--env-file', '/dev/null'],
    ...pairs('--env', run.environment),
    ...pairs('--var', run.variables),
    ...pairs('--secret', run.secrets),
    ...(run.job === undefined ? [] : ['--job', run.job]),
    ...Object.entries(run.matrix ?? {}).flatMap(([name, value]) => ['--matrix', `${name}:${value}`]),
    ...findStandIns(run.folder).flatMap(([action, folder]) => ['--local-repository', `${action}=${folder}`]),
  ];
  // act runs actions with the first node on its PATH. GitHub runs them with Node 24.
  const path = `${join(repositoryRoot, 'node_modules/.bin')}:${process.env.PATH}`;
  const child = spawn(run.act, args, {
    cwd: run.folder,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', run.onLine);
  return new Promise((resolveExitCode) => child.on('close', (code) => resolveExitCode(code ?? 1)));
}

/** Pairs each action of another repository that a workflow uses, with its commit, with the folder of its stand-in. */
function findStandIns(folder: string): readonly (readonly [string, string])[] {
  const used = globSync(join(folder, '.github/workflows/*.yml')).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/uses: ([\w.-]+\/([\w.-]+)@[0-9a-f]{40})/g)].map(
      ([, action = '', name = '']) => ({
        action,
        name,
      }),
    ),
  );
  // act implements checkout itself: it copies the folder.
  const needed = new Map(
    used.filter(({ name }) => name !== 'checkout').map(({ action, name }) => [action, name]),
  );
  return [...needed].map(([action, name]) => {
    const standIn = join(import.meta.dirname, 'actions', name);
    if (!existsSync(standIn) && name !== 'configure-aws-credentials') {
      throw new ActionError(`${action} has no stand-in. Add one at ${standIn}.`);
    }
    return [action, standIn] as const;
  });
}
