/** Removes images of the suite from the engine, where there is one: `remove-images.ts <name>...` (without `bref/`). */

import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';

const run = createRun(createLogger(false));
const docker = await findDocker(run).catch(() => undefined);
if (docker !== undefined) {
  for (const name of process.argv.slice(2)) {
    const { exitCode } = await run([docker, 'image', 'rm', `bref/${name}`], { allowFailure: true });
    if (exitCode === 0) console.log(`Removed the image bref/${name}.`);
  }
}
