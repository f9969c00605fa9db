import { appendFileSync, globSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cpus } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { affectedVersions, choose, planBuilds, planPublications, readTag } from './jobs.ts';

const usage = `Usage: node tools/plan-jobs/main.ts [--since <commit>] [--versions <list>] [--cpus <list>] [--tag <tag>]

Says which jobs a workflow has: outputs "builds" and "publications" (JSON, for matrices), and "version".

  --since     only the PHP versions that the changes since this commit may have changed
  --versions  only these PHP versions, such as "82 83"; all unless given
  --cpus      only these CPUs, x86 or arm; both unless given
  --tag       the release's tag; one that is no version is refused
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
  const all = globSync('php-[0-9][0-9]')
    .map((folder) => folder.slice('php-'.length))
    .sort();
  const wanted = choose('--versions', values.versions, all);
  const versions = values.since === '' ? wanted : affectedVersions(await readChanges(values.since), wanted);
  const builds = planBuilds(versions, choose('--cpus', values.cpus, cpus));
  const outputs = {
    builds: JSON.stringify(builds),
    publications: JSON.stringify(planPublications(builds)),
    version: values.tag === '' ? '' : readTag(values.tag),
  };
  for (const [name, value] of Object.entries(outputs)) {
    console.log(`${name}=${value}`);
    if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `${name}=${value}\n`);
  }
}

/** Files that differ from the newest commit that this branch shares with `since`. */
async function readChanges(since: string): Promise<readonly string[]> {
  const run = createRun(createLogger(false));
  const { stdout } = await run(['git', 'diff', '--name-only', '--no-renames', `${since}...HEAD`]);
  return stdout.split('\n').filter((name) => name !== '');
}
