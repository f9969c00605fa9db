import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';

export interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly if?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

/** Reads the jobs of a workflow, such as `weekly`. */
export function readJobs(workflow: string) {
  const { jobs } = parse(readFileSync(`.github/workflows/${workflow}.yml`, 'utf8')) as {
    readonly jobs: Readonly<Record<string, Job>>;
  };
  return jobs;
}

/** Runs the shell script of a step like GitHub. Returns its standard output and its job summary. */
export async function runStep(
  folder: string,
  [workflow, job, name]: readonly [workflow: string, job: string, name: string],
  environment: Readonly<Record<string, string>>,
) {
  const script = readJobs(workflow)[job]?.steps?.find((step) => step.name === name)?.run;
  if (script === undefined) throw new Error(`${workflow}.yml has no step "${name}" in ${job}.`);
  const summary = join(folder, '..', 'summary.md');
  await writeFile(summary, '');
  const env = { ...process.env, GITHUB_STEP_SUMMARY: summary, ...environment };
  const { stdout } = await promisify(execFile)('bash', ['-e', '-c', script], { cwd: folder, env });
  return { stdout, summary: await readFile(summary, 'utf8') };
}
