/**
 * Measures the layers' runtimes in AWS's emulator, in test-layer's sandbox: the first response of a new environment,
 * whose opcache is cold, and the responses after it. Every round measures every subject once, so that other load on the
 * machine affects all subjects.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { openLayerSandbox } from '../../tests/fixtures/layer-sandbox.ts';
import { measure, prepare } from './measure.ts';
import { toTable } from './report.ts';
import { summarize, type Timings } from './statistics.ts';
import { type Kind, kinds, listSubjects } from './subjects.ts';

const usage = `usage: npm run bench:runtime -- [option ...]

  --function-layer <zip>   default: output/php-82.zip
  --fpm-layer <zip>        default: output/php-82-fpm.zip
  --console-layer <zip>    stacked on the function layer; default: output/console.zip
  --bref <folder>          folder in which Composer has installed bref/bref; adds it to the comparison
  --base <name>            base OS of the sandbox: ${baseOsChoices.join(', ')}; default: auto
  --rounds <number>        environments per subject; default: 10
  --events <number>        events per environment after the first; default: 200
  --only <text>            measure only subjects whose kind and name contain the text
  --application            handlers load 200 classes instead of one file`;

const { values } = parseArgs({
  options: {
    'function-layer': { type: 'string', default: 'output/php-82.zip' },
    'fpm-layer': { type: 'string', default: 'output/php-82-fpm.zip' },
    'console-layer': { type: 'string', default: 'output/console.zip' },
    bref: { type: 'string' },
    base: { type: 'string', default: 'auto' },
    rounds: { type: 'string', default: '10' },
    events: { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
    application: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const [rounds, events] = [readCount('rounds'), readCount('events')];
const baseOs = readBaseOs();
const layers: Readonly<Record<Kind, readonly string[]>> = {
  function: [values['function-layer']],
  fpm: [values['fpm-layer']],
  console: [values['function-layer'], values['console-layer']],
};

const subjects = listSubjects(values.bref).filter(({ kind, name }) =>
  `${kind} ${name}`.includes(values.only),
);
const folder = await mkdtemp(join(tmpdir(), 'bench-runtime-'));
await using sandboxes = new AsyncDisposableStack();
sandboxes.defer(() => rm(folder, { recursive: true, force: true }));
const results = new Map<(typeof subjects)[number], { first: number[]; warm: number[] }>();
for (const kind of kinds) {
  const prepared = await Promise.all(
    subjects
      .filter((subject) => subject.kind === kind)
      .map((subject) => prepare(subject, folder, values.application)),
  );
  if (prepared.length === 0) continue;
  const sandbox = sandboxes.use(await openLayerSandbox({ zips: layers[kind], baseOs }));
  for (let round = 1; round <= rounds; round++) {
    for (const one of prepared) {
      add(one.subject, await measure(one, sandbox, events));
      showProgress(`${kind}: round ${round} of ${rounds}, ${one.subject.name}`);
    }
  }
  showProgress('');
  const rows = prepared.map(({ subject }) => ({
    subject,
    summary: summarize(results.get(subject) ?? { first: [], warm: [] }),
  }));
  console.log(
    `\n${kind}${values.application ? ', 200 classes' : ''}: ${rounds} environments of ${events + 1} events\n`,
  );
  console.log(toTable(rows));
}

function add(subject: (typeof subjects)[number], timings: Timings): void {
  const all = results.get(subject) ?? { first: [], warm: [] };
  all.first.push(...timings.first);
  all.warm.push(...timings.warm);
  results.set(subject, all);
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
}

function readCount(name: 'rounds' | 'events'): number {
  const count = Number(values[name]);
  if (!Number.isInteger(count) || count < 1)
    fail(`--${name} must be an integer of at least 1; got "${values[name]}".`);
  return count;
}

function readBaseOs() {
  return (
    baseOsChoices.find((name) => name === values.base) ??
    fail(`--base must be one of ${baseOsChoices.join(', ')}; got "${values.base}".`)
  );
}

function fail(message: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}
