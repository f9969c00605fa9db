import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  createGitHub,
  explainGitHubError,
  type GitHub,
  parseRepository,
  type Repository,
} from '#lib/github/client.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { readTag } from '../plan-jobs/jobs.ts';
import { draftRelease, publishRelease } from './draft.ts';
import { fetchRelease } from './fetch.ts';
import { collectFiles } from './files.ts';
import { moveMajorTag } from './tag.ts';

const usage = `Usage: node tools/release/main.ts draft --tag <tag> --commit <sha> --layers <folder> --versions <folder>
       node tools/release/main.ts finish --tag <tag> --commit <sha>
       node tools/release/main.ts fetch [--tag <tag>] --folder <folder> --ending <text>...

Steps of workflows. Needs GITHUB_TOKEN and GITHUB_REPOSITORY in the environment. Each step can be repeated.

  draft       draft the GitHub release with zip, manifest and SBOM of every layer, PGO profiles, arns.md and versions.json
  finish      publish the draft and move the tag of the major version (v2)
  fetch       download files of a release into a folder; does nothing if no release exists yet

  --tag       tag of the release; "fetch" defaults to the newest release
  --commit    hash of the tagged commit
  --layers    folder with one folder per artifact "layers-*", or with the files of the only one
              (default: release/layers)
  --versions  folder with one folder per artifact "versions-<layer>-<attempt>" (default: release/versions)
  --folder    target folder (default: release)
  --ending    ending of the names of the files to download; may be repeated
  --help      show this text
`;

const log = createLogger(process.env.GITHUB_ACTIONS === 'true');
await runTool(main);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tag: { type: 'string' },
      commit: { type: 'string' },
      layers: { type: 'string', default: 'release/layers' },
      versions: { type: 'string', default: 'release/versions' },
      folder: { type: 'string', default: 'release' },
      ending: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  const [step] = positionals;
  if (values.help || (step !== 'draft' && step !== 'finish' && step !== 'fetch')) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const repository = readRepository(process.env.GITHUB_REPOSITORY ?? '');
  const github = createGitHub({
    token: process.env.GITHUB_TOKEN ?? '',
    apiUrl: process.env.GITHUB_API_URL ?? 'https://api.github.com',
    log,
  });
  try {
    if (step === 'fetch') {
      await fetchFiles(github, repository, values);
      return;
    }
    const tag = readTag(values.tag ?? '');
    const commit = readCommit(values.commit ?? '');
    if (step === 'draft') {
      const files = await collectFiles(values.layers, values.versions);
      const { url } = await draftRelease(github, repository, { tag, commit }, files, log);
      log.info(`Drafted ${url}`);
      if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `url=${url}\n`);
    } else {
      const { url } = await publishRelease(github, repository, tag);
      log.info(`Published ${url}`);
      log.info(`Moved ${await moveMajorTag(github, repository, tag, commit)} to ${commit}`);
    }
  } catch (error) {
    throw explainGitHubError(error, repository, step === 'fetch' ? '`contents: read`' : '`contents: write`');
  }
}

async function fetchFiles(
  github: GitHub,
  repository: Repository,
  {
    tag,
    folder,
    ending,
  }: { readonly tag?: string; readonly folder: string; readonly ending: readonly string[] },
): Promise<void> {
  if (ending.length === 0)
    throw new ActionError('--ending must be given at least once, such as --ending .zip.');
  const files = await fetchRelease(github, repository, { ...(tag && { tag }), endings: ending, folder });
  log.info(files === undefined ? 'No release exists yet.' : `Downloaded to ${folder}: ${files.join(', ')}`);
}

function readRepository(value: string): Repository {
  const repository = parseRepository(value);
  if (repository === undefined) {
    throw new ActionError(`GITHUB_REPOSITORY must be owner/name; got ${JSON.stringify(value)}.`);
  }
  return repository;
}

function readCommit(commit: string): string {
  if (!/^[0-9a-f]{40}$/.test(commit)) {
    throw new ActionError(
      `--commit must be the full hash of a commit, 40 digits; got ${JSON.stringify(commit)}.`,
    );
  }
  return commit;
}
