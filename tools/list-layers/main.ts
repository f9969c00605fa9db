import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '#lib/aws/clock.ts';
import { createConnections } from '#lib/aws/connections.ts';
import { findCredentials } from '#lib/aws/credentials.ts';
import { readEndpoints } from '#lib/aws/endpoints.ts';
import { identify } from '#lib/aws/identity.ts';
import { assertOnePartition, findHomeRegion, type Region, resolveRegions } from '#lib/aws/regions.ts';
import { createSecrets } from '#lib/aws/secrets.ts';
import { findKeptMoto, motoEnvironment } from '#lib/dev-tools/moto.ts';
import { readManifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { compareRegions } from './compare.ts';
import { type RegionLayers, readRegion } from './read-region.ts';
import { renderRows, renderVerdicts } from './render.ts';

const usage = `Usage: node tools/list-layers/main.ts [--regions <list>] [--layers <list>] [--output <folder>] [--local]

Lists the newest version of each layer in each region with its content and access, and whether all regions are equal.
Changes nothing. The exit code is 1 if a region could not be read.

  --regions  regions or groups, as in publish-layer (default: bref)
  --layers   names of layers (default: all layers of the account, which needs lambda:ListLayers)
  --output   folder of zips to compare the content with (default: output)
  --max-rps  requests per second to each region; an account has 15 (default: 7)
  --local    read the server of \`make upload-layers-local\`
  --help     show this text
`;

await runTool(main);

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    console.log(usage);
    return 0;
  }
  if (options.isLocal) await useLocalServer();
  const found = await readRegions(options);
  const audits = compareRegions(found);
  if (audits.length > 0) console.log(`${renderRows(audits)}\n`);
  else console.log(`No readable region has ${options.names?.join(', ') ?? 'a layer'}.`);
  for (const line of renderVerdicts(audits, found, await readBuilt(options.output))) console.log(line);
  return found.some(({ fault }) => fault !== undefined) ? 1 : 0;
}

interface Options {
  readonly regions: readonly Region[];
  /** Undefined for all layers of the account. */
  readonly names: readonly string[] | undefined;
  readonly output: string;
  /** Requests per second to each region. */
  readonly maxRps: number;
  readonly isLocal: boolean;
}

/** Returns undefined if `--help` is set. */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      local: { type: 'boolean', default: false },
      regions: { type: 'string', default: 'bref' },
      layers: { type: 'string', default: '' },
      output: { type: 'string', default: 'output' },
      'max-rps': { type: 'string', default: '7' },
    },
  });
  if (values.help) return undefined;
  const regions = resolveRegions('Option --regions', split(values.regions));
  if (regions.length === 0) throw new ActionError('--regions must list at least one region or group.');
  assertOnePartition('Option --regions', regions);
  if (!/^([1-9]|1[0-5])$/.test(values['max-rps'])) {
    throw new ActionError(`--max-rps must be a whole number from 1 to 15; got "${values['max-rps']}".`);
  }
  const names = split(values.layers);
  return {
    regions,
    names: names.length > 0 ? names : undefined,
    output: values.output,
    maxRps: Number(values['max-rps']),
    isLocal: values.local,
  };
}

async function readRegions({ regions, names, maxRps }: Options): Promise<readonly RegionLayers[]> {
  const secrets = createSecrets();
  const context = { homeRegion: findHomeRegion(regions), clock: systemClock, secrets };
  const credentials = findCredentials(context);
  const { account, arn } = await identify(credentials, context);
  console.log(`Account ${account}, as ${arn}.\n`);
  const connections = createConnections();
  const endpoint = readEndpoints(process.env).lambda;
  const access = { connections, credentials, secrets, endpoint, maxRps };
  try {
    return await Promise.all(regions.map((region) => readRegion(region, names, access)));
  } finally {
    connections.close();
  }
}

/** Sets the environment of the whole process, because the SDK's STS client reads it too. */
async function useLocalServer(): Promise<void> {
  const server = await findKeptMoto();
  if (server === undefined) {
    throw new ActionError('No local AWS server is running. Start one with `make upload-layers-local`.');
  }
  Object.assign(process.env, motoEnvironment(server.url));
  if (process.env.AWS_PROFILE === '') delete process.env.AWS_PROFILE;
}

/** Reads the hashes of the zips in a folder from their manifests, by layer. */
async function readBuilt(folder: string): Promise<ReadonlyMap<string, string>> {
  const built = new Map<string, string>();
  const names = existsSync(folder) ? await readdir(folder) : [];
  for (const name of names.filter((candidate) => candidate.endsWith('.zip'))) {
    const manifest = await readManifest(join(folder, name));
    if (manifest !== undefined) built.set(manifest.name, manifest.codeSha256);
  }
  return built;
}

function split(value: string): readonly string[] {
  return value.split(/[\s,]+/).filter((item) => item !== '');
}
