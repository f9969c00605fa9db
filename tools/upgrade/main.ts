import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger, type Logger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { download } from '#lib/sources/download.ts';
import { upstreamUrls } from './feeds.ts';
import { openKeyring } from './keys.ts';
import { type Outcome, upgradeFolder } from './upgrade.ts';

const usage = `Usage: npm run upgrade -- [options] [<folder>...]

Looks for new releases of the artifacts in sources.json at php.net, sqlite.org and PECL, verifies them, and pins them.
Folders such as php-83 default to all PHP versions. Fetches missing, extended and revoked keys of pinned signers from
php.net's keyring to php/keys. Prints a Markdown table of the changes. A pin that cannot be checked or verified stays
unchanged, and the exit code is 1.

  --suite   folder of the repository (default: this one)
  --php     URL of php.net (default: ${upstreamUrls.php})
  --sqlite  URL of sqlite.org (default: ${upstreamUrls.sqlite})
  --pecl    URL of PECL (default: ${upstreamUrls.pecl})
  --help    show this text
`;

/** Responses by URL: all folders read the same feeds. */
const responses = new Map<string, Promise<string>>();

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
  const folders = chooseFolders(suite, positionals);
  const log = createLogger(false);
  const fetchFile = (url: string, path: string) => download(url, path, log);
  // The keys of all release managers: https://www.php.net/gpg-keys.php.
  const keyringUrl = `${feedUrls.php}/distributions/php-keyring.gpg`;
  const readKeyring = openKeyring(keyringUrl, resolve(suite, '.cache/sources'), fetchFile);
  const outcomes: Outcome[] = [];
  for (const folder of folders) {
    const options = { suite, feedUrls, fetchText, download: fetchFile, readKeyring };
    outcomes.push(...(await upgradeFolder(folder, options)));
  }
  await reportOutcomes(outcomes, suite, log);
  return outcomes.some(({ error }) => error !== undefined) ? 1 : 0;
}

/** Returns the wanted folders, or all folders of PHP versions if none is wanted. */
function chooseFolders(suite: string, wanted: readonly string[]): readonly string[] {
  const folders = readdirSync(suite)
    .filter((name) => /^php-\d\d$/.test(name))
    .sort();
  const unknown = wanted.find((name) => !folders.includes(name));
  if (unknown !== undefined) {
    throw new ActionError(`The folder must be one of ${folders.join(', ')}; got "${unknown}".`);
  }
  return wanted.length > 0 ? wanted : folders;
}

/** Formats the changed files, and prints the changes and errors. */
async function reportOutcomes(outcomes: readonly Outcome[], suite: string, log: Logger): Promise<void> {
  const changed = outcomes.filter(({ isChanged }) => isChanged);
  if (changed.length > 0) {
    const biome = resolve(import.meta.dirname, '../../node_modules/.bin/biome');
    const files = [...new Set(changed.map(({ folder }) => resolve(suite, folder, 'sources.json')))];
    await createRun(log)([biome, 'format', '--write', ...files], { allowFailure: true });
    const rows = changed.map(({ folder, name, from, to }) => [folder, name, from, to]);
    console.log(renderMarkdownTable(['Folder', 'Artifact', 'Before', 'Now'], rows));
  } else if (outcomes.every(({ error }) => error === undefined)) {
    console.log('All pins are up to date.');
  }
  for (const { folder, name, error } of outcomes) {
    if (error !== undefined) console.error(`Error: ${folder}, ${name}: ${error}`);
  }
}

function fetchText(url: string): Promise<string> {
  const response = responses.get(url) ?? fetchOnce(url);
  responses.set(url, response);
  return response;
}

async function fetchOnce(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) {
      throw new ActionError(`The server responded with ${response.status} ${response.statusText}.`);
    }
    return await response.text();
  } catch (cause) {
    throw new ActionError(`${url} cannot be read.`, { cause });
  }
}
