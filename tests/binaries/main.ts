import { parseArgs } from 'node:util';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { formatTable } from '#lib/report/text-table.ts';
import { UnreachableArchive } from './archives.ts';
import { listPins, readPins } from './pins.ts';
import { testBuild } from './test-build.ts';

/** The smallest set of builds with every PHP version that is not compiled on this machine. */
const defaultBuilds = ['amazon-linux-2-8.3', 'amazon-linux-2023-8.4', 'debian-8.5', 'debian-8.6'];

const usage = `Usage: node tests/binaries/main.ts [--all] [<build>...]

Makes layers of PHP binaries that others published, and runs the layer tests on them. Without a build, tests one build
of each PHP version: ${defaultBuilds.join(', ')}. With --all, tests every build.

Builds: ${listPins().join(', ')}
`;

await runTool(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean' }, all: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const known = listPins();
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ActionError(`The build must be one of ${known.join(', ')}; got "${unknown}".`);
  }
  const log = createLogger(false);
  const chosen = positionals.length > 0 ? positionals : defaultBuilds;
  const rows = [['build', 'PHP', 'set', 'passed', 'skipped', 'failed']];
  let failed = 0;
  for (const name of values.all ? known : chosen) {
    const pins = readPins(name);
    try {
      for (const result of await testBuild(pins, log)) {
        const counts = [result.passed, result.skipped, result.failed].map(String);
        rows.push([name, pins.release, result.set, ...counts]);
        failed += result.failed;
      }
    } catch (error) {
      if (!(error instanceof UnreachableArchive)) throw error;
      log.warning(`${name} is skipped: ${describeError(error)}`);
      rows.push([name, pins.release, 'skipped', '–', '–', '–']);
    }
  }
  log.info(`\nPHP binaries of others:\n${formatTable(rows, { right: [3, 4, 5] })}`);
  return failed === 0 ? 0 : 1;
}
