import { parseArgs } from 'node:util';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { cpus } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { applySteps, undo } from './apply.ts';
import { inspectMachine } from './machine.ts';
import { planSteps, readWanted } from './steps.ts';

const usage = `Usage: node tools/setup/main.ts [--cpu <cpu>] [--base <base OS>] [--tests] [--undo]

Installs the missing parts that \`make\` needs: a Docker engine with buildx, the tools of the base OS, and Python. Existing
parts are never changed. It shows a plan and asks first, and it installs only on Debian as root.

  --cpu    CPU of the layers: ${cpus.join(', ')}; default: x86
  --base   base OS: ${baseOsChoices.join(', ')}; default: auto
  --tests  also install the programs that only tests use
  --undo   remove the apt source and the pin that an earlier call added
  --help   show this text

The variable YES=1 skips the question.
`;

await runTool(main);

async function main(): Promise<void> {
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
  if (values.help) {
    console.log(usage);
  } else if (values.undo) {
    await undo(run, log);
  } else {
    const wanted = readWanted(values);
    await applySteps(await planSteps(await inspectMachine(run), wanted), { run, log });
  }
}
