import { parseArgs } from 'node:util';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { formatTable } from '#lib/report/text-table.ts';
import { UnreachableArchive } from './archives.ts';
import { listPins, type Pins, readPins } from './pins.ts';
import { testBuild } from './test-build.ts';

/** The smallest set of builds with every PHP version that nobody has compiled from this repository yet. */
const defaultBuilds = ['amazon-linux-2-8.3', 'amazon-linux-2023-8.4', 'debian-8.5', 'debian-8.6'];

const usage = `Usage: node tests/binaries/main.ts [--check-skips] [<PHP version or build>,...]

Makes layers of published PHP binaries, and runs the layer tests on them. Without an argument, tests one build
of each PHP version: ${defaultBuilds.join(', ')}. \`all\` tests every build.

  --check-skips  also run each skipped case alone; a case that passes is a failure
  --help         show this text

Builds: ${listPins().join(', ')}
`;

await runTool(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { 'check-skips': { type: 'boolean', default: false }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const log = createLogger(false);
  if (process.platform !== 'linux') {
    log.warning(
      'The tests of published PHP binaries are skipped, because they need Linux and its C compiler.',
    );
    return 0;
  }
  const rows = [['build', 'PHP', 'set', 'passed', 'skipped', 'failed']];
  let failed = 0;
  for (const pins of chooseBuilds(positionals.flatMap((text) => text.split(',')))) {
    const { name, release } = pins;
    try {
      for (const result of await testBuild(pins, values['check-skips'], log)) {
        const counts = [result.passed, result.skipped, result.failed].map(String);
        rows.push([name, release, result.set, ...counts]);
        failed += result.failed;
      }
    } catch (error) {
      if (!(error instanceof UnreachableArchive)) throw error;
      log.warning(`${name} is skipped: ${describeError(error)}`);
      rows.push([name, release, 'skipped', '–', '–', '–']);
    }
  }
  log.info(`\nPublished PHP binaries:\n${formatTable(rows, { right: [3, 4, 5] })}`);
  return failed === 0 ? 0 : 1;
}

/** Returns the builds with these names. A PHP version, such as 86, means the default build of this version. */
function chooseBuilds(words: readonly string[]): readonly Pins[] {
  const known = listPins();
  if (words.includes('all')) return known.map((name) => readPins(name));
  const defaults = defaultBuilds.map((name) => readPins(name));
  if (words.length === 0) return defaults;
  return words.map((word) => {
    const chosen = known.includes(word) ? readPins(word) : defaults.find(({ php }) => php === word);
    if (chosen !== undefined) return chosen;
    const versions = defaults.map(({ php }) => php);
    throw new ActionError(
      `The build must be one of ${[...versions, ...known, 'all'].join(', ')}; got "${word}".`,
    );
  });
}
