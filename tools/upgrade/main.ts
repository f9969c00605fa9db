/**
 * Looks for new releases of the artifacts in `sources.json` at php.net, sqlite.org and PECL, verifies them, and pins them:
 * `npm run upgrade -- [php-83 ...]`. Fetches missing, extended and revoked keys of pinned signers from php.net's keyring
 * to `php/keys`. Prints a Markdown table of the changes. A pin that cannot be checked or verified stays unchanged, and the
 * exit code is 1.
 */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { download } from '#lib/sources/download.ts';
import { upstreamUrls } from './feeds.ts';
import { openKeyring } from './keys.ts';
import { type Outcome, upgradeFolder } from './upgrade.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string', default: resolve(import.meta.dirname, '../..') },
    php: { type: 'string', default: upstreamUrls.php },
    sqlite: { type: 'string', default: upstreamUrls.sqlite },
    pecl: { type: 'string', default: upstreamUrls.pecl },
  },
});
const log = createLogger(false);
const { suite, ...feedUrls } = values;
const versions = readdirSync(suite).filter((name) => /^php-\d\d$/.test(name));
const fetchFile = (url: string, path: string) => download(url, path, log);
const options = {
  suite,
  feedUrls,
  fetchText,
  download: fetchFile,
  // The keys of all release managers: https://www.php.net/gpg-keys.php.
  readKeyring: openKeyring(
    `${feedUrls.php}/distributions/php-keyring.gpg`,
    resolve(suite, '.cache/sources'),
    fetchFile,
  ),
};

/** Responses by URL: all folders read the same feeds. */
const responses = new Map<string, Promise<string>>();
const outcomes: Outcome[] = [];
for (const folder of positionals.length > 0 ? positionals : versions.sort()) {
  outcomes.push(...(await upgradeFolder(folder, options)));
}
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
  if (error === undefined) continue;
  console.error(`Error: ${folder}, ${name}: ${error}`);
  process.exitCode = 1;
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
