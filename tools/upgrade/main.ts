/**
 * Asks upstream (php.net, sqlite.org, PECL) for new releases of all that the `php-NN` folders pin, and pins those whose
 * bytes it could verify: `upgrade.ts [php-83 ...]`. Keys of signers that are pinned by fingerprint but not in `keys/`
 * come from php.net's keyring, and those that are there are looked up in it: one may have been revoked. Prints a Markdown
 * table of what changed. The exit code is 1 where something could not be asked for or verified; it then stays as it was.
 */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { download } from '#lib/sources/download.ts';
import { upstreams } from './feeds.ts';
import { openKeyring } from './keys.ts';
import { type Outcome, upgradeFolder } from './upgrade.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string', default: resolve(import.meta.dirname, '../..') },
    php: { type: 'string', default: upstreams.php },
    sqlite: { type: 'string', default: upstreams.sqlite },
    pecl: { type: 'string', default: upstreams.pecl },
  },
});
const log = createLogger(false);
const { suite, ...addresses } = values;
const versions = readdirSync(suite).filter((name) => /^php-\d\d$/.test(name));
const fetchFile = (url: string, path: string) => download(url, path, log);
const options = {
  suite,
  addresses,
  fetchText,
  download: fetchFile,
  // All release managers' keys in one file: https://www.php.net/gpg-keys.php.
  readKeyring: openKeyring(
    `${addresses.php}/distributions/php-keyring.gpg`,
    resolve(suite, '.cache/sources'),
    fetchFile,
  ),
};

/** Answers of the feeds are some kilobytes, and the same for every folder. */
const answers = new Map<string, Promise<string>>();
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
  console.log(renderMarkdownTable(['Version', 'Artifact', 'Before', 'Now'], rows));
} else if (outcomes.every(({ fault }) => fault === undefined)) {
  console.log("Every pin is upstream's newest.");
}
for (const { folder, name, fault } of outcomes) {
  if (fault === undefined) continue;
  console.error(`Error: ${folder}, ${name}: ${fault}`);
  process.exitCode = 1;
}

function fetchText(url: string): Promise<string> {
  const answer = answers.get(url) ?? fetchOnce(url);
  answers.set(url, answer);
  return answer;
}

async function fetchOnce(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new ActionError(`the server answered ${response.status} ${response.statusText}.`);
    return await response.text();
  } catch (cause) {
    throw new ActionError(`${url} cannot be read.`, { cause });
  }
}
