import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepMoto, motoEnvironment, stopMoto } from '#lib/dev-tools/moto.ts';
import { type Cpu, cpuNames, cpus, hostCpu } from '#lib/layer/cpu.ts';
import { readManifest } from '#lib/layer/manifest.ts';
import { createRun, type Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';

const usage = `Usage: node tools/upload-local/main.ts [--cpu x86|arm] [--output <folder>] [--regions <list>] [--stop]

Publishes the packaged layers of one CPU to a local stand-in for AWS (moto), with the bundled action, like
\`make upload-layers\` does on AWS. The server keeps running, so that a second call publishes nothing new.

  --cpu      CPU of the layers; default: the CPU of this machine
  --output   folder of the zips, which also receives versions.json; default: output
  --regions  regions or groups, as in the input of publish-layer; default: bref
  --stop     stop the server, which deletes everything that was published to it
  --help     show this text
`;

const runAction = join(import.meta.dirname, '../run-action/main.ts');

const run = createRun(createLogger(false));

await runTool(main);

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    console.log(usage);
  } else if (options.stop) {
    const stopped = await stopMoto();
    console.log(stopped === undefined ? 'No local AWS server is running.' : `Stopped ${stopped.url}.`);
  } else {
    await upload(run, options);
  }
}

interface Options {
  readonly help: boolean;
  readonly stop: boolean;
  readonly cpu: Cpu;
  readonly output: string;
  readonly regions: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
      cpu: { type: 'string', default: hostCpu() ?? 'x86' },
      output: { type: 'string', default: 'output' },
      regions: { type: 'string' },
    },
  });
  const cpu = cpus.find((candidate) => candidate === values.cpu);
  if (cpu === undefined) {
    throw new ActionError(`--cpu must be one of ${cpus.join(', ')}; got ${JSON.stringify(values.cpu)}.`);
  }
  return { ...values, cpu, regions: values.regions };
}

async function upload(run: Run, { cpu, output, regions }: Options): Promise<void> {
  const layers = await findLayers(output, cpu);
  const server = await keepMoto(run);
  console.log(
    `Publishing ${layers.length} layers for ${cpu} to ${server.url} (process ${server.pid}; --stop stops it) ...`,
  );
  const inputs = [
    `layers=${layers.map(({ path }) => path).join(' ')}`,
    `regions=${regions ?? ''}`,
    `output=${output}`,
    'visibility=public',
    'compatible-runtimes=provided.al2023',
    // The manifests name the architectures, which differ: the console layer has both.
    ...(layers.every(({ hasManifest }) => hasManifest)
      ? []
      : [`compatible-architectures=${cpuNames[cpu].aws}`]),
  ];
  const { exitCode } = await run([process.execPath, runAction, 'publish-layer', ...inputs], {
    env: motoEnvironment(server.url),
    show: true,
    allowFailure: true,
  });
  process.exitCode = exitCode;
}

/** Finds the zips for one CPU or for any CPU, by their manifests. If a zip has no manifest, its name decides. */
async function findLayers(
  output: string,
  cpu: Cpu,
): Promise<readonly { readonly path: string; readonly hasManifest: boolean }[]> {
  const names = existsSync(output) ? await readdir(output) : [];
  const found: { path: string; hasManifest: boolean }[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith('.zip')).sort()) {
    const path = join(output, name);
    const manifest = await readManifest(path);
    const zipCpu = manifest?.cpu ?? (name.startsWith('arm-') ? 'arm' : 'x86');
    if (zipCpu === cpu || zipCpu === 'any') found.push({ path, hasManifest: manifest !== undefined });
  }
  if (found.length === 0) {
    throw new ActionError(`${output} has no zip for ${cpu}. Build the layers first: make layers.`);
  }
  return found;
}
