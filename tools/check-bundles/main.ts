import { globSync, statSync, utimesSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';

const usage = `Usage: npm run check:bundles

Rebuilds the committed bundles (actions/*/dist), and fails if one of them differs from its sources.

  --help  show this text
`;

await runTool(main);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(usage);
    return;
  }
  const paths = globSync('actions/*/dist/*.js').sort();
  const before = new Map<string, string | undefined>();
  for (const path of paths) before.set(path, await hashFile(path));
  const times = new Map(paths.map((path) => [path, statSync(path)]));
  await createRun(createLogger(false))(['rolldown', '-c', '--logLevel', 'warn'], { show: true });
  const stale: string[] = [];
  for (const path of paths) {
    if ((await hashFile(path)) !== before.get(path)) stale.push(path);
  }
  for (const [path, { atime, mtime }] of times) {
    // With a newer time, make would package and test every layer again.
    if (!stale.includes(path)) utimesSync(path, atime, mtime);
  }
  if (stale.length > 0) {
    throw new ActionError(
      `These bundles did not match their sources: ${stale.join(', ')}. They have been rebuilt; commit them.`,
    );
  }
  console.log(`${paths.length} bundles match their sources.`);
}
