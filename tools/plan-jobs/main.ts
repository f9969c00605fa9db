import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpus } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { listVersions } from '#lib/php-releases/version-folders.ts';
import { isPreRelease } from '#lib/php-releases/version-order.ts';
import { readSources } from '#lib/sources/sources.ts';
import { affectedVersions, choose, planBuilds, planPublications, readTag } from './jobs.ts';

const usage = `Usage: node tools/plan-jobs/main.ts [--since <commit>] [--versions <list>] [--cpus <list>] [--tag <tag>]

Plans the jobs of a workflow. Sets the outputs "builds" and "publications" (JSON, for matrices), "versions" and "version".

  --since     plan only the PHP versions that changes since this commit may affect
  --versions  plan only these PHP versions, such as "82 83" (default: all that pin a release, not a pre-release)
  --cpus      plan only these CPUs, x86 or arm (default: both)
  --tag       tag of the release; must be a version such as 2.3.44
  --help      show this text
`;

await runTool(main);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      since: { type: 'string', default: '' },
      versions: { type: 'string', default: '' },
      cpus: { type: 'string', default: '' },
      tag: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const named = choose('--versions', values.versions, await listVersions('.'));
  const chosen = values.versions === '' ? await leaveOutPreReleases(named) : named;
  const versions = values.since === '' ? chosen : affectedVersions(await readChanges(values.since), chosen);
  const builds = planBuilds(versions, choose('--cpus', values.cpus, cpus));
  const outputs = {
    builds: JSON.stringify(builds),
    publications: JSON.stringify(planPublications(builds)),
    versions: [...new Set(builds.map(({ php }) => php))].join(' '),
    version: values.tag === '' ? '' : readTag(values.tag),
  };
  for (const [name, value] of Object.entries(outputs)) {
    console.log(`${name}=${value}`);
    if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `${name}=${value}\n`);
  }
}

/** Returns the versions that pin a release. PECL extensions often have no release for a new PHP yet. */
async function leaveOutPreReleases(versions: readonly string[]): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const version of versions) {
    const artifacts = await readSources(join(`php-${version}`, 'sources.json'));
    const pinned = artifacts.find(({ feed }) => feed === 'php')?.version ?? '';
    if (!isPreRelease(pinned)) kept.push(version);
    else
      console.error(
        `php-${version} is left out, because it pins the pre-release ${pinned}. Name it with --versions.`,
      );
  }
  return kept;
}

/** Lists the files that differ from the newest commit that this branch shares with `since`. */
async function readChanges(since: string): Promise<readonly string[]> {
  const run = createRun(createLogger(false));
  const { stdout } = await run(['git', 'diff', '--name-only', '--no-renames', `${since}...HEAD`]);
  return stdout.split('\n').filter((name) => name !== '');
}
