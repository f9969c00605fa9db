/**
 * Has on this machine what `make` needs: a Docker engine with buildx, the tools of the base system, Python for the
 * emulator. `setup.ts [--cpu x86|arm] [--base auto|al2023|debian-12] [--tests] [--undo]`. What works is never touched; what
 * is missing is installed on Debian as root, after saying so.
 */
import { parseArgs } from 'node:util';
import { createRun } from '#lib/node/command.ts';
import { describeError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { applySteps, undo } from './apply.ts';
import { inspectMachine } from './machine.ts';
import { planSteps } from './steps.ts';

const { values } = parseArgs({
  options: {
    cpu: { type: 'string', default: 'x86' },
    base: { type: 'string', default: 'auto' },
    tests: { type: 'boolean', default: false },
    undo: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const log = createLogger(false);
const run = createRun(log);

try {
  if (values.help) {
    console.log('usage: setup.ts [--cpu x86|arm] [--base auto|al2023|debian-12] [--tests] [--undo]');
  } else if (values.undo) {
    await undo(run, log);
  } else {
    const wanted = { cpu: values.cpu, base: values.base, tests: values.tests };
    await applySteps(planSteps(await inspectMachine(run), wanted), { run, log });
  }
} catch (error) {
  console.error(`Error: ${describeError(error)}`);
  process.exitCode = 1;
}
