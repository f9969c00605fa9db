import { setTimeout } from 'node:timers/promises';
import { createGitHub } from '#lib/github/client.ts';
import { runAction, setOutput, writeSummary } from '#lib/node/entry.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

await runAction(async (log) => {
  const inputs = readInputs();
  const started = await run(inputs, {
    github: createGitHub({ ...inputs, log }),
    log,
    now: () => performance.now(),
    wait: (milliseconds) => setTimeout(milliseconds),
  });
  setOutput('run-id', String(started.id));
  setOutput('run-url', started.url);
  await writeSummary(`Started [${inputs.workflow}](${started.url}).\n`);
});
