import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger, type Logger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { createFetchText } from '#lib/php-releases/fetch-text.ts';
import { formatReleases } from '#lib/php-releases/missed-fixes.ts';
import { listVersionFolders } from '#lib/php-releases/version-folders.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { download } from '#lib/sources/download.ts';
import { upstreamUrls } from './feeds.ts';
import { openKeyring } from './keys.ts';
import type { Lag } from './record-releases.ts';
import { type Outcome, upgradeFolder } from './upgrade.ts';

const usage = `Usage: npm run upgrade -- [options] [<folder>...]

Looks for new releases of the artifacts in sources.json at php.net, sqlite.org and PECL, verifies them, and pins them.
Folders such as php-83 default to all PHP versions. Fetches missing, extended and revoked keys of pinned signers from
php.net's keyring to php/keys. Prints a Markdown table of the changes. A pin that cannot be checked or verified stays
unchanged, and the exit code is 1. A PHP that is still behind a security release is an error, too: a second table lists
the releases that php-NN/support.json records.

  --suite   folder of the repository (default: this one)
  --php     URL of php.net (default: ${upstreamUrls.php})
  --sqlite  URL of sqlite.org (default: ${upstreamUrls.sqlite})
  --pecl    URL of PECL (default: ${upstreamUrls.pecl})
  --help    show this text
`;

await runTool(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      suite: { type: 'string', default: resolve(import.meta.dirname, '../..') },
      php: { type: 'string', default: upstreamUrls.php },
      sqlite: { type: 'string', default: upstreamUrls.sqlite },
      pecl: { type: 'string', default: upstreamUrls.pecl },
    },
  });
  const { help, suite, ...feedUrls } = values;
  if (help) {
    console.log(usage);
    return 0;
  }
  const folders = await chooseFolders(suite, positionals);
  const fetchText = createFetchText();
  const log = createLogger(false);
  const fetchFile = (url: string, path: string) => download(url, path, log);
  // The keys of all release managers: https://www.php.net/gpg-keys.php.
  const keyringUrl = `${feedUrls.php}/distributions/php-keyring.gpg`;
  const readKeyring = openKeyring(keyringUrl, resolve(suite, '.cache/sources'), fetchFile);
  const outcomes: Outcome[] = [];
  const lags: Lag[] = [];
  for (const folder of folders) {
    const options = { suite, feedUrls, fetchText, download: fetchFile, readKeyring };
    const upgraded = await upgradeFolder(folder, options);
    outcomes.push(...upgraded.outcomes);
    if (upgraded.lag !== undefined) lags.push(upgraded.lag);
  }
  await reportOutcomes(outcomes, lags, suite, log);
  reportLags(lags);
  const isIncomplete = outcomes.some(({ error }) => error !== undefined);
  return isIncomplete || lags.some(({ missedFixes }) => missedFixes.length > 0) ? 1 : 0;
}

/** Returns the wanted folders, or all folders of PHP versions if none is wanted. */
async function chooseFolders(suite: string, wanted: readonly string[]): Promise<readonly string[]> {
  const folders = await listVersionFolders(suite);
  const unknown = wanted.find((name) => !folders.includes(name));
  if (unknown !== undefined) {
    throw new ActionError(`The folder must be one of ${folders.join(', ')}; got "${unknown}".`);
  }
  return wanted.length > 0 ? wanted : folders;
}

/** Formats the changed files, and prints the changes and errors. */
async function reportOutcomes(
  outcomes: readonly Outcome[],
  lags: readonly Lag[],
  suite: string,
  log: Logger,
): Promise<void> {
  const changed = outcomes.filter(({ isChanged }) => isChanged);
  if (changed.length > 0) {
    const biome = resolve(import.meta.dirname, '../../node_modules/.bin/biome');
    const files = [...new Set(changed.map(({ folder }) => resolve(suite, folder, 'sources.json')))];
    await createRun(log)([biome, 'format', '--write', ...files], { allowFailure: true });
    const rows = changed.map(({ folder, name, from, to }) => {
      const fixes = name === 'php' ? (lags.find((lag) => lag.folder === folder)?.pinnedFixes ?? []) : [];
      return [folder, name, from, to, fixes.length > 0 ? `security: ${formatReleases(fixes)}` : ''];
    });
    console.log(renderMarkdownTable(['Folder', 'Artifact', 'Before', 'Now', 'Fixes'], rows));
  } else if (outcomes.every(({ error }) => error === undefined)) {
    console.log('All pins are up to date.');
  }
  for (const { folder, name, error } of outcomes) {
    if (error !== undefined) console.error(`Error: ${folder}, ${name}: ${error}`);
  }
}

/** Prints the pins of PHP that are still behind php.net. */
function reportLags(lags: readonly Lag[]): void {
  const behind = lags.filter(({ newerReleases }) => newerReleases.length > 0);
  if (behind.length === 0) return;
  const rows = behind.map(({ folder, version, newerReleases, missedFixes, security }) => [
    folder,
    version,
    newerReleases.at(-1)?.version ?? '',
    formatReleases(missedFixes) || 'none',
    security,
  ]);
  const head = ['Folder', 'Pinned PHP', 'Newest', 'Missing security releases', 'Security fixes until'];
  console.log(`\n${renderMarkdownTable(head, rows)}`);
  for (const { folder, version, missedFixes } of behind) {
    if (missedFixes.length === 0) continue;
    console.error(
      `Error: ${folder}, php: PHP ${version} is behind the security release ${formatReleases(missedFixes)}. ` +
        'Fix the errors above and run `npm run upgrade` again.',
    );
  }
}
