import { parseArgs } from 'node:util';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';

const usage = `Usage: node tools/remove-images/main.ts <name>...

Removes the images bref/<name> from the Docker engine. Does nothing if there is no engine or no such image.

  --help  show this text
`;

await runTool(main);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const run = createRun(createLogger(false));
  const docker = await findDocker(run).catch(() => undefined);
  if (docker === undefined) return;
  for (const name of positionals) {
    const { exitCode } = await run([docker, 'image', 'rm', `bref/${name}`], { allowFailure: true });
    if (exitCode === 0) console.log(`Removed the image bref/${name}.`);
  }
}
