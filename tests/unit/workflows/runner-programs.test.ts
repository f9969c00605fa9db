import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readJobs } from './run-step.ts';
import { listInstalledPackages, listProgramsOfModule, listProgramsOfScript } from './used-programs.ts';

/**
 * Programs of the runner's image, from GitHub's list of its software and Ubuntu's list of the packages that every system has.
 * `packages` are other packages of Ubuntu, which a step can install.
 */
const runner: {
  readonly software: readonly string[];
  readonly aptPackages: readonly string[];
  readonly ubuntuPackages: readonly string[];
  readonly programs: Readonly<Record<string, string>>;
  readonly packages: Readonly<Record<string, readonly string[]>>;
  readonly optional: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync('tests/unit/workflows/runner-programs.json', 'utf8'));

/** Code that runs on the runner itself, by the target of the Makefile that a workflow runs. */
const modulesOfTarget: Readonly<Record<string, readonly string[]>> = {
  'test-unit': [
    '{lib,tools}/**/*.ts',
    'tests/{unit,fixtures,stand-ins}/**/*.ts',
    'actions/*/{src,tests}/**/*.ts',
  ],
  'test-integration': [
    '{lib,tools}/**/*.ts',
    'tests/{integration,fixtures,stand-ins}/**/*.ts',
    'actions/*/src/**/*.ts',
  ],
};

/** Lists the programs that neither the runner nor a package has, of all that are not optional. */
function listMissing(programs: readonly string[], packages: readonly string[]): readonly string[] {
  const installed = packages.flatMap((name) => runner.packages[name] ?? []);
  const known = [...Object.keys(runner.programs), ...Object.keys(runner.optional), ...installed];
  return [...new Set(programs)].filter((program) => !known.includes(program)).sort();
}

/** Lists the programs of a script and of its targets in the Makefile. */
function listNeeded(script: string): readonly string[] {
  const targets = Object.keys(modulesOfTarget).filter((name) =>
    new RegExp(`\\bmake .*\\b${name}\\b`).test(script),
  );
  const modules = targets.flatMap((target) => globSync([...(modulesOfTarget[target] ?? [])]));
  return [...listProgramsOfScript(script), ...modules.flatMap(listProgramsOfModule)];
}

const jobs = globSync('.github/workflows/*.yml').flatMap((path) => {
  const workflow = path.replace(/^.*\/|\.yml$/g, '');
  return Object.entries(readJobs(workflow)).map(([name, { steps = [] }]) => {
    return { name: `${workflow}: ${name}`, script: steps.map(({ run = '' }) => run).join('\n') };
  });
});

test.each(jobs)('the runner has the programs of $name', ({ script }) => {
  expect(listMissing(listNeeded(script), listInstalledPackages(script))).toEqual([]);
});

test('both suites of tests run in a job', () => {
  const scripts = jobs.map(({ script }) => script).join('\n');
  for (const target of Object.keys(modulesOfTarget)) expect(scripts).toMatch(new RegExp(`make .*${target}`));
});

test('the runner has the programs of the Makefile', () => {
  const recipes =
    readFileSync('Makefile', 'utf8')
      .replaceAll('\\\n', ' ')
      .match(/^\t.*$/gm) ?? [];
  const script = recipes
    .map((recipe) => recipe.replace(/^\t[@-]*/, ''))
    .join('\n')
    // A variable of make stands for a part of the command.
    .replaceAll(/(?<!\$)\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, 'make')
    .replaceAll('$$', '$');
  expect(listProgramsOfScript(script)).toContain('awk');
  expect(listMissing(listProgramsOfScript(script), [])).toEqual([]);
});

test('every program is of a listed part of the image', () => {
  const listed = [...runner.software, ...runner.aptPackages, ...runner.ubuntuPackages];
  expect(Object.entries(runner.programs).filter(([, part]) => !listed.includes(part))).toEqual([]);
});

test('finds a missing program, unless a step installs its package', () => {
  const script = 'x=1 node a.js && if ! bsdtar -x; then cat "$(xorriso -v)" | sort; fi';
  expect(listMissing(listProgramsOfScript(script), [])).toEqual(['bsdtar', 'sort', 'xorriso']);
  const install = 'sudo apt-get install --yes libarchive-tools\nbsdtar -x';
  expect(listMissing(listProgramsOfScript(install), listInstalledPackages(install))).toEqual([]);
});
