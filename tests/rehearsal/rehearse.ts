/**
 * The release workflow from a tag to its end on this very machine: `make release-rehearsal`. Real: the workflow, the
 * actions' bundles, Docker, the layers, their tests, git. Stand-ins: moto for AWS, servers for GitHub's API and tokens,
 * folders for artifacts. PHP is built as a laptop builds it; the lines that differ from a release's are shown.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installMoto, motoEnvironment, startMoto } from '#lib/dev-tools/moto.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { startGhFront } from '../helpers/github/gh-front.ts';
import { type GitHubServer, startGitHub } from '../helpers/github/server.ts';
import { obtainRegistry, startRegistry } from '../helpers/registry.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { installAct, runAct } from './act.ts';
import { prepareRelease } from './checkout.ts';
import { own, writeEvent } from './event.ts';
import { describeOutcome } from './outcome.ts';
import { startTokenServer } from './token-server.ts';

const tag = '2.3.44';
const account = '123456789012';
const tokens = { own: 'token-of-the-run', layersJson: 'token-for-bref', layersJs: 'token-for-layers-js' };
const suite = resolve(import.meta.dirname, '../..');

await runTool(rehearse);

async function rehearse(): Promise<number> {
  const run = createRun(createLogger(false));
  const act = await installAct(run);
  await using folder = await temporaryFolder();
  const checkout = join(folder.path, 'aws-lambda-layers');
  mkdirSync(checkout);
  console.log(`Rehearsing release ${tag} of ${suite}'s last commit. Unlike in a release:`);
  for (const line of prepareRelease(suite, checkout, tag)) console.log(`  ${line}`);

  await using moto = await startMoto(await installMoto(run));
  await using oidc = await startTokenServer(own);
  await using github = await startServers(checkout);
  const program = await obtainRegistry();
  if (program === undefined)
    throw new ActionError(
      'The rehearsal needs a registry server, which it takes from Debian (docker-registry).',
    );
  await using registry = await startRegistry(program, folder.path);
  await using gh = await startGhFront(run, github.url, folder.path);
  const after = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: checkout, encoding: 'utf8' }).trim();
  const results = join(folder.path, 'results');
  const exitCode = await runAct({
    act,
    folder: checkout,
    workflow: '.github/workflows/release.yml',
    event: 'push',
    eventPath: writeEvent(folder.path, { ref: `refs/tags/${tag}`, after }),
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
    },
    secrets: {
      GITHUB_TOKEN: tokens.own,
      LAYERS_JSON_TOKEN: tokens.layersJson,
      LAYERS_JS_TOKEN: tokens.layersJs,
    },
    onLine: (line) => console.log(line),
  });
  if (exitCode !== 0) {
    console.error(`\nThe workflow failed (act ended with ${exitCode}): see above.`);
    return 1;
  }
  const outcome = await describeOutcome({
    results,
    moto: moto.url,
    registry: registry.host,
    github,
    tag,
    own,
    audiences: oidc.audiences,
    secrets: Object.values(tokens),
  });
  console.log(`\n${outcome.lines.join('\n')}`);
  return outcome.isComplete ? 0 : 1;
}

/** GitHub with three repositories; a token reaches its own alone. */
async function startServers(checkout: string): Promise<GitHubServer & AsyncDisposable> {
  const github = await startGitHub({
    repositories: [
      { name: own, files: { 'README.md': 'Replaced by the push below.' } },
      { name: 'brefphp/bref', branch: 'master', files: { 'layers.json': layersJson() } },
      {
        name: 'brefphp/layers.js',
        files: { 'package.json': '{}' },
        workflows: { 'release.yml': { inputs: [] } },
      },
    ],
    tokens: {
      [tokens.own]: { repositories: [own], mayWrite: true },
      [tokens.layersJson]: { repositories: ['brefphp/bref'], mayWrite: true },
      [tokens.layersJs]: { repositories: ['brefphp/layers.js'], mayWrite: true },
    },
  });
  execFileSync(
    'git',
    ['push', '--quiet', '--force', github.repository(own).git.path, 'HEAD:refs/heads/main', tag],
    { cwd: checkout },
  );
  return github;
}

/** Bref's file as it may be before: some regions of one layer, and one that this release does not have. */
function layersJson(): string {
  return `${JSON.stringify({ 'php-81': { 'eu-west-1': 7 }, console: '' }, undefined, 4)}\n`;
}
