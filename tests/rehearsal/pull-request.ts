/**
 * Runs the workflow of pull requests on this machine, for a change in `php-82/`: `npm run pull-request-rehearsal`. Only
 * GitHub is replaced: act runs the workflow, a server of the tests serves the API, and folders hold artifacts. It builds
 * for x86 only and takes as long as `make test`.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { startGitHub } from '../stand-ins/github/server.ts';
import { installAct, runAct } from './act.ts';
import { preparePullRequest } from './checkout.ts';
import { rehearsedRepository, writeEvent } from './event.ts';

const token = 'token-of-the-run';
const repositoryRoot = resolve(import.meta.dirname, '../..');

await runTool(rehearse);

async function rehearse(): Promise<number> {
  const act = await installAct(createRun(createLogger(false)));
  await using folder = await temporaryFolder();
  const checkout = join(folder.path, 'aws-lambda-layers');
  mkdirSync(checkout);
  preparePullRequest(repositoryRoot, checkout, 'php-82/Dockerfile');
  await using github = await startGitHub({
    repositories: [{ name: rehearsedRepository, files: { 'README.md': '' } }],
    tokens: { [token]: { repositories: [rehearsedRepository], mayWrite: false } },
  });
  const results = join(folder.path, 'results');
  const exitCode = await runAct({
    act,
    folder: checkout,
    workflow: '.github/workflows/tests.yml',
    event: 'pull_request',
    eventPath: writeEvent(folder.path, {
      number: 1,
      pull_request: { number: 1, head: { ref: 'change' }, base: { ref: 'main' } },
    }),
    environment: { GITHUB_API_URL: github.url, REHEARSAL_FOLDER: results },
    variables: {},
    secrets: { GITHUB_TOKEN: token },
    matrix: { cpu: 'x86' },
    onLine: (line) => console.log(line),
  });
  const artifacts = readdirSync(join(results, 'artifacts'));
  console.log(`\nact ended with ${exitCode}. Artifacts: ${artifacts.join(', ')}.`);
  const hasExpectedArtifacts = artifacts.join() === 'layers-php-82';
  if (!hasExpectedArtifacts)
    console.error('A change in php-82/ must build the layers of PHP 8.2 and no others.');
  for (const violation of github.violations) console.error(violation);
  return exitCode === 0 && hasExpectedArtifacts && github.violations.length === 0 ? 0 : 1;
}
