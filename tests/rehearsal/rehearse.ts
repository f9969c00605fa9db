/**
 * Runs the release workflow on this machine, from a tag to its end: `make release-rehearsal`. The workflow, the bundles,
 * Docker, the layers, their tests, git and gh are real. Stand-ins are moto for AWS, servers for GitHub's API and OIDC
 * tokens, and folders for artifacts. PHP is built as on a laptop. The command prints each line of the workflow that it
 * changes.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installMoto, motoEnvironment, startMoto } from '#lib/dev-tools/moto.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { startGhFront } from '../stand-ins/github/gh-front.ts';
import { type GitHubServer, startGitHub } from '../stand-ins/github/server.ts';
import { startPhpNet } from '../stand-ins/php-net.ts';
import { obtainRegistry, startRegistry } from '../stand-ins/registry.ts';
import { type ActRun, installAct, runAct } from './act.ts';
import { prepareRelease } from './checkout.ts';
import { rehearsedRepository, writeEvent } from './event.ts';
import { describeOutcome } from './outcome.ts';
import { startTokenServer } from './token-server.ts';

const tag = '2.3.44';
const account = '123456789012';
const tokens = {
  workflow: 'token-of-the-run',
  layersJson: 'token-for-bref',
  layersJs: 'token-for-layers-js',
};
const repositoryRoot = resolve(import.meta.dirname, '../..');

await runTool(rehearse);

async function rehearse(): Promise<number> {
  const run = createRun(createLogger(false));
  const act = await installAct(run);
  await using folder = await temporaryFolder();
  const checkout = join(folder.path, 'aws-lambda-layers');
  mkdirSync(checkout);
  console.log(`Rehearsing release ${tag} of the last commit in ${repositoryRoot}, with these changes:`);
  for (const line of prepareRelease(repositoryRoot, checkout, tag)) console.log(`  ${line}`);

  await using moto = await startMoto(await installMoto(run));
  await using oidc = await startTokenServer(rehearsedRepository);
  await using github = await startGitHubWith(checkout);
  const registryProgram = await obtainRegistry();
  if (registryProgram === undefined)
    throw new ActionError(
      'The rehearsal needs a registry server. Run it on Debian, which has the package docker-registry.',
    );
  await using registry = await startRegistry(registryProgram, folder.path);
  await using gh = await startGhFront(run, github.url, folder.path);
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: checkout, encoding: 'utf8' }).trim();
  const results = join(folder.path, 'results');
  // A machine without php.net builds this release, a substitute in php-82/sources.json.
  const known = { version: '8.2.32', date: '02 Jul 2026', isSecurity: true };
  await using phpNet = await startPhpNet([known]);
  await using newerPhpNet = await startPhpNet([{ ...known, version: '8.2.99' }]);
  const workflow = {
    act,
    folder: checkout,
    workflow: '.github/workflows/release.yml',
    event: 'push',
    eventPath: writeEvent(folder.path, { ref: `refs/tags/${tag}`, after: commit }),
    environment: {
      ...motoEnvironment(moto.url),
      ...oidc.environment,
      ...gh.environment,
      GITHUB_API_URL: github.url,
      REHEARSAL_FOLDER: results,
    },
    variables: {
      PUBLISH_ROLE: `arn:aws:iam::${account}:role/layer-publisher`,
      PUBLISH_ACCOUNT: account,
      IMAGE_REGISTRY: `${registry.host}/bref`,
      CATALOGUE: 'true',
      RELEASE_VERSIONS: '82',
      RELEASE_CPUS: 'x86',
      PHP_RELEASES_URL: phpNet.url,
    },
    secrets: {
      GITHUB_TOKEN: tokens.workflow,
      LAYERS_JSON_TOKEN: tokens.layersJson,
      LAYERS_JS_TOKEN: tokens.layersJs,
    },
    onLine: (line: string) => console.log(line),
  } as const;
  const isRefused = await refusesOutdatedPhp(workflow, newerPhpNet.url);
  const exitCode = await runAct(workflow);
  if (exitCode !== 0) {
    console.error(`\nThe workflow failed. act ended with exit code ${exitCode}; its output is above.`);
    return 1;
  }
  const outcome = await describeOutcome({
    results,
    motoUrl: moto.url,
    registry: registry.host,
    github,
    tag,
    repository: rehearsedRepository,
    audiences: oidc.audiences,
    phpNetRequests: phpNet.requests,
    isRefused,
    secrets: Object.values(tokens),
  });
  console.log(`\n${outcome.lines.join('\n')}`);
  return outcome.isComplete ? 0 : 1;
}

/** Runs only the job `plan`, with a php.net that announces a security release after the pinned one. */
async function refusesOutdatedPhp(workflow: ActRun, phpUrl: string): Promise<boolean> {
  console.log('First, a release that must be refused: php.net announces PHP 8.2.99.');
  const lines: string[] = [];
  const exitCode = await runAct({
    ...workflow,
    job: 'plan',
    variables: { ...workflow.variables, PHP_RELEASES_URL: phpUrl },
    onLine: (line) => {
      lines.push(line);
      console.log(line);
    },
  });
  return exitCode !== 0 && lines.some((line) => line.includes('is behind the security release 8.2.99'));
}

/** Starts a GitHub server with three repositories. Each token reaches only one of them. */
async function startGitHubWith(checkout: string): Promise<GitHubServer & AsyncDisposable> {
  const github = await startGitHub({
    repositories: [
      { name: rehearsedRepository, files: { 'README.md': 'Replaced by the push below.' } },
      { name: 'brefphp/bref', branch: 'master', files: { 'layers.json': createLayersJson() } },
      {
        name: 'brefphp/layers.js',
        files: { 'package.json': '{}' },
        workflows: { 'release.yml': { inputs: [] } },
      },
    ],
    tokens: {
      [tokens.workflow]: { repositories: [rehearsedRepository], mayWrite: true },
      [tokens.layersJson]: { repositories: ['brefphp/bref'], mayWrite: true },
      [tokens.layersJs]: { repositories: ['brefphp/layers.js'], mayWrite: true },
    },
  });
  execFileSync(
    'git',
    [
      'push',
      '--quiet',
      '--force',
      github.repository(rehearsedRepository).git.path,
      'HEAD:refs/heads/main',
      tag,
    ],
    { cwd: checkout },
  );
  return github;
}

/** Returns a layers.json with a layer that this release does not have, and a layer without versions. */
function createLayersJson(): string {
  return `${JSON.stringify({ 'php-81': { 'eu-west-1': 7 }, console: '' }, undefined, 4)}\n`;
}
