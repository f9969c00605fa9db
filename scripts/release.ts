import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ActionError, describeError } from '../actions/shared/errors.ts';
import { createGitHub, explainRefusal, readRepository } from '../actions/shared/github.ts';
import { createLogger } from '../actions/shared/logger.ts';
import { readTag } from './plan/plan.ts';
import { draftRelease, publishRelease } from './release/draft.ts';
import { collectFiles } from './release/files.ts';
import { moveMajorTag } from './release/tag.ts';

const usage = `Usage: node scripts/release.ts draft --tag <tag> --commit <sha> --layers <folder> --versions <folder>
       node scripts/release.ts finish --tag <tag> --commit <sha>

Steps of the workflow "release", with GITHUB_TOKEN and GITHUB_REPOSITORY of the environment. Each can be run again.

  draft      draft the GitHub release, with every layer's zip, manifest and SBOM, and arns.md
  finish     publish it, and move the tag of the major version (v2)

  --layers   folder with one folder for each artifact "layers-*"
  --versions folder with one folder for each artifact "versions-<layer>-<attempt>"
`;

const log = createLogger(process.env.GITHUB_ACTIONS === 'true');
try {
  await main();
} catch (error) {
  if (!(error instanceof ActionError)) throw error;
  console.error(`Error: ${describeError(error)}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tag: { type: 'string' },
      commit: { type: 'string' },
      layers: { type: 'string', default: 'release/layers' },
      versions: { type: 'string', default: 'release/versions' },
      help: { type: 'boolean', default: false },
    },
  });
  const [step] = positionals;
  if (values.help || (step !== 'draft' && step !== 'finish')) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const tag = readTag(values.tag ?? '');
  const commit = readCommit(values.commit ?? '');
  const repository = readRepository('GITHUB_REPOSITORY', process.env.GITHUB_REPOSITORY ?? '');
  const github = createGitHub({
    token: process.env.GITHUB_TOKEN ?? '',
    apiUrl: process.env.GITHUB_API_URL ?? 'https://api.github.com',
    log,
  });
  try {
    if (step === 'draft') {
      const files = await collectFiles(values.layers, values.versions);
      const { url } = await draftRelease(github, repository, { tag, commit }, files, log);
      log.info(`Draft: ${url}`);
      if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `url=${url}\n`);
    } else {
      const { url } = await publishRelease(github, repository, tag);
      log.info(`Published: ${url}`);
      log.info(`${await moveMajorTag(github, repository, tag, commit)} is ${commit} now.`);
    }
  } catch (error) {
    throw explainRefusal(error, repository, '`contents: write`');
  }
}

function readCommit(commit: string): string {
  if (!/^[0-9a-f]{40}$/.test(commit)) {
    throw new ActionError(`--commit must be a commit's hash of 40 digits; got ${JSON.stringify(commit)}.`);
  }
  return commit;
}
