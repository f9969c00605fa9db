/**
 * Builds a PHP version on the stand-in for Amazon's image, and packages, tests and publishes its layers: `make
 * test-al2023`. Every step runs the bundle of an action. The layers and their trees go to output/al2023.
 */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installMoto, motoEnvironment, startMoto } from '#lib/dev-tools/moto.ts';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { listVersionFolders } from '#lib/php-releases/version-folders.ts';
import { makeStandIn } from '../stand-ins/amazon-linux/image.ts';
import { type Step, toSteps } from './steps.ts';

const usage = `Usage: node tests/al2023/main.ts [--php <version>] [--image]

Builds PHP in build mode quick on the stand-in for Amazon Linux 2023, then packages, tests and publishes its layers.

  --php    two digits; default: 82
  --image  only make the stand-in, and print the name of its image
  --help   show this text
`;

const repository = resolve(import.meta.dirname, '../..');
const log = createLogger(false);
const run = createRun(log);

await runTool(main);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      php: { type: 'string', default: '82' },
      image: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const versions = (await listVersionFolders(repository)).map((folder) => folder.slice('php-'.length));
  if (!versions.includes(values.php)) {
    throw new ActionError(`--php must be one of ${versions.join(', ')}; got "${values.php}".`);
  }
  const cacheFolder = join(repository, '.cache/amazon-linux');
  const start = Date.now();
  const image = await makeStandIn({ run, docker: await findDocker(run), log, cacheFolder });
  if (values.image) {
    console.log(image);
    return;
  }
  const times = [`${secondsSince(start)} s  stand-in ${image}`];
  const output = 'output/al2023';
  for (const step of toSteps(values.php, image, output)) {
    const started = Date.now();
    await runStep(step);
    times.push(`${secondsSince(started)} s  ${step.name}`);
  }
  console.log(`PHP ${values.php} passes on the stand-in for Amazon Linux 2023:\n  ${times.join('\n  ')}`);
}

async function runStep({ action, inputs, usesAws }: Step): Promise<void> {
  const words = Object.entries(inputs).map(([name, value]) => `${name}=${value}`);
  const command = [process.execPath, 'tools/run-action/main.ts', action, ...words] as const;
  if (!usesAws) {
    // An older tree would hide that a build made none.
    if (action === 'build-php')
      await rm(join(repository, inputs.output ?? ''), { recursive: true, force: true });
    await run(command, { cwd: repository, show: true });
    return;
  }
  await using moto = await startMoto(await installMoto(run));
  await run(command, { cwd: repository, show: true, env: motoEnvironment(moto.url) });
}

function secondsSince(time: number): string {
  return String(Math.round((Date.now() - time) / 1000)).padStart(5);
}
