import { parseArgs } from 'node:util';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { applySteps, undo } from './apply.ts';
import { inspectMachine } from './machine.ts';
import { planSteps } from './steps.ts';

const usage = `Usage: node tools/setup/main.ts [--cpu <cpu>] [--base <base OS>] [--tests] [--undo]

Installs the missing parts that \`make\` needs: a Docker engine with buildx, the tools of the base OS, and Python. Existing
parts are never changed. It shows a plan and asks first, and it installs only on Debian as root.

  --cpu    CPU of the layers: x86 or arm; default: x86
  --base   base OS: auto, al2023 or debian-12; default: auto
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
    const wanted = { cpu: values.cpu, base: values.base, tests: values.tests };
    await applySteps(await planSteps(await inspectMachine(run), wanted), { run, log });
  }
}
