import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { readJobs, runStep } from './run-step.ts';

const jobs = readJobs('release');

type Needs = Readonly<
  Record<string, { readonly result: string; readonly outputs?: Readonly<Record<string, string>> }>
>;

/** Evaluates the `if` of a job like GitHub. Its expressions and JavaScript have the same operators. */
function evaluateIf(job: string, needs: Needs, isDryRun = false): boolean {
  const condition = (jobs[job]?.if ?? 'true')
    .replaceAll('inputs.dry-run', 'isDryRun')
    .replaceAll(/needs\.([a-z]+-[\w-]+)/g, "needs['$1']");
  const contains = (list: readonly unknown[], item: unknown) => list.includes(item);
  const evaluate = new Function(
    'needs',
    'isDryRun',
    'contains',
    'fromJSON',
    'cancelled',
    `return ${condition}`,
  );
  return evaluate(needs, isDryRun, contains, JSON.parse, () => false);
}

/** Results of the jobs that publishing needs, with and without tests on Lambda. */
function needs(configured: boolean, lambda: string): Needs {
  const success = { result: 'success' };
  return {
    ...{ layers: success, 'built-releases': success, attest: success, lambda: { result: lambda } },
    plan: { ...success, outputs: { lambda: String(configured) } },
  };
}

test.each([
  ['publishes if the tests on Lambda passed', true, 'success', true],
  ['publishes without them if they are switched off', false, 'skipped', true],
  ['does not publish if they failed', true, 'failure', false],
  ['does not publish if they were skipped although they are switched on', true, 'skipped', false],
  ['does not publish if they were canceled', true, 'cancelled', false],
])('a release %s', (_what, configured, lambda, isPublished) => {
  expect(evaluateIf('publish', needs(configured, lambda))).toBe(isPublished);
});

test.each([true, false])('the tests on Lambda run if the plan says so: %s', (configured) => {
  expect(evaluateIf('lambda', needs(configured, ''))).toBe(configured);
});

/** GitHub evaluates the `if` of a job before it reads the variables of the job's environment (actions/runner#2472). */
test('the `if` of a job has only variables that the documentation stores in the repository', async () => {
  const page = await readFile('docs/release.md', 'utf8');
  const [, table = ''] = /GitHub, repository:\n([\s\S]+?)\n\n[^|]/.exec(page) ?? [];
  const documented = [...table.matchAll(/^\| variable[^|]+\|([^|]+)\|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  const used = Object.values(jobs).flatMap(({ if: condition = '' }) =>
    [...condition.matchAll(/vars\.(\w+)/g)].map(([, name]) => name),
  );
  expect(used).not.toEqual([]);
  expect(used.filter((name) => !documented.includes(name))).toEqual([]);
  expect(documented).toContain('LAMBDA_TESTS');
});

async function run(job: string, step: string, environment: Readonly<Record<string, string>>) {
  await using folder = await temporaryFolder();
  const checkout = join(folder.path, 'checkout');
  await mkdir(checkout);
  const output = join(folder.path, 'output');
  await writeFile(output, '');
  const result = await runStep(checkout, ['release', job, step], { GITHUB_OUTPUT: output, ...environment });
  return { ...result, output: await readFile(output, 'utf8') };
}

const decide = (value: string) =>
  run('plan', 'Decide whether to test the layers on Lambda', { LAMBDA_TESTS: value });

test.each([
  ['', 'false', 'skipped by configuration'],
  ['false', 'false', 'skipped by configuration'],
  ['true', 'true', 'run in the environment lambda-tests'],
])('the plan explains LAMBDA_TESTS="%s" in the summary', async (value, decision, text) => {
  const { output, summary } = await decide(value);
  expect(output).toBe(`decision=${decision}\n`);
  expect(summary).toContain(text);
});

test('the plan refuses another value of LAMBDA_TESTS', async () => {
  await expect(decide('yes')).rejects.toMatchObject({
    stdout: expect.stringContaining('The variable LAMBDA_TESTS must be true, false or empty; got "yes".'),
  });
});

test('the plan passes its decision on', () => {
  expect(jobs.plan?.outputs?.lambda).toBe(`\${{ steps.lambda.outputs.decision }}`);
});

test.each(['TEST_ROLE', 'TEST_FUNCTION_ROLE'])('the tests on Lambda need %s', async (missing) => {
  const variables = { TEST_ROLE: 'arn:1', TEST_FUNCTION_ROLE: 'arn:2' };
  const check = (changed: Readonly<Record<string, string>>) =>
    run('lambda', 'Check the variables of the environment', { ...variables, ...changed });
  await check({});
  await expect(check({ [missing]: '' })).rejects.toMatchObject({
    stdout: expect.stringContaining(`The environment "lambda-tests" has no variable ${missing}.`),
  });
});
