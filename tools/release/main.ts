import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  createGitHub,
  explainRefusal,
  type GitHub,
  type Repository,
  readRepository,
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

Steps of workflows, with GITHUB_TOKEN and GITHUB_REPOSITORY of the environment. Each can be run again.

  draft      draft the GitHub release, with every layer's zip, manifest and SBOM, and arns.md
  finish     publish it, and move the tag of the major version (v2)

  fetch      write files of a release, the newest unless given, whose names end so, into a folder; none where there is
             no release yet

  --layers   folder with one folder for each artifact "layers-*"
  --versions folder with one folder for each artifact "versions-<layer>-<attempt>"
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
  const repository = readRepository('GITHUB_REPOSITORY', process.env.GITHUB_REPOSITORY ?? '');
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
      log.info(`Draft: ${url}`);
      if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `url=${url}\n`);
    } else {
      const { url } = await publishRelease(github, repository, tag);
      log.info(`Published: ${url}`);
      log.info(`${await moveMajorTag(github, repository, tag, commit)} is ${commit} now.`);
    }
  } catch (error) {
    throw explainRefusal(error, repository, step === 'fetch' ? '`contents: read`' : '`contents: write`');
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
    throw new ActionError('--ending must say what the names of the wanted files end in.');
  const files = await fetchRelease(github, repository, { ...(tag && { tag }), endings: ending, folder });
  log.info(files === undefined ? 'There is no release yet.' : `${folder}: ${files.join(', ')}`);
}

function readCommit(commit: string): string {
  if (!/^[0-9a-f]{40}$/.test(commit)) {
    throw new ActionError(`--commit must be a commit's hash of 40 digits; got ${JSON.stringify(commit)}.`);
  }
  return commit;
}
