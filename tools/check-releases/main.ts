import { appendFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { phpUrl } from '#lib/php-releases/feed.ts';
import { createFetchText } from '#lib/php-releases/fetch-text.ts';
import { listVersions } from '#lib/php-releases/version-folders.ts';
import { readVersionSupport } from '#lib/php-releases/version-support.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { choose } from '../plan-jobs/jobs.ts';
import { readBuilt, readPins } from './candidates.ts';
import { judge, type Verdict } from './verdict.ts';

const usage = `Usage: npm run check:releases -- [options]

Fails if a PHP that would be published is behind a security release of php.net, or is a pre-release. Prints a table.

  --versions        PHP versions (default: all)
  --manifests       glob of manifests, which replace the pins
  --php             URL of php.net (default: ${phpUrl})
  --allow-outdated  true only warns (default: false)
  --suite           folder of the repository
  --help            show this text
`;

await runTool(main);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      versions: { type: 'string', default: '' },
      manifests: { type: 'string', default: '' },
      php: { type: 'string', default: '' },
      'allow-outdated': { type: 'string', default: '' },
      suite: { type: 'string', default: resolve(import.meta.dirname, '../..') },
    },
  });
  const { suite } = values;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const isAllowed = readFlag('--allow-outdated', values['allow-outdated']);
  const versions = choose('--versions', values.versions, await listVersions(suite));
  const candidates =
    values.manifests === ''
      ? await readPins(
          suite,
          versions.map((version) => `php-${version}`),
        )
      : await readBuilt(values.manifests);
  const fetchText = createFetchText();
  const baseUrl = (values.php || phpUrl).replace(/\/$/, '');
  const verdicts = await Promise.all(candidates.map((candidate) => judge(candidate, baseUrl, fetchText)));
  await report(verdicts, suite, isAllowed);
  return isAllowed || verdicts.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

async function report(verdicts: readonly Verdict[], suite: string, isAllowed: boolean): Promise<void> {
  const rows = await Promise.all(
    verdicts.map(async ({ version, source, newest, problems }) => {
      const [major = '', minor = ''] = version.split('.');
      const { security } = await readVersionSupport(join(suite, `php-${major}${minor}`));
      return [version, source, newest ?? 'unknown', security, problems.length === 0 ? 'yes' : 'no'];
    }),
  );
  const head = ['PHP', 'From', 'Newest', 'Security fixes until', 'May be published'];
  const table = renderMarkdownTable(head, rows);
  console.log(table);
  if (process.env.GITHUB_STEP_SUMMARY) appendFileSync(process.env.GITHUB_STEP_SUMMARY, `${table}\n`);
  const log = createLogger(process.env.GITHUB_ACTIONS === 'true');
  const problems = verdicts.flatMap((verdict) => verdict.problems);
  for (const problem of problems) {
    if (isAllowed) log.warning(problem);
    else log.error(problem);
  }
  if (problems.length > 0 && !isAllowed) {
    log.info(
      'To publish anyway, use --allow-outdated true (release.yml: the input "allow-outdated", or the variable ALLOW_OUTDATED ' +
        'of the repository).',
    );
  }
}

/** @throws ActionError if the value is neither empty, true nor false */
function readFlag(option: string, value: string): boolean {
  if (['', 'true', 'false'].includes(value)) return value === 'true';
  throw new ActionError(`${option} must be true or false; got ${JSON.stringify(value)}.`);
}
