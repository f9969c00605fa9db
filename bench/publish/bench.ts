/** Compares publish-layer with the AWS CLI and curl: `npm run bench:publish -- --help`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allRegions, resolveRegions } from '#lib/aws/regions.ts';
import { createCertificate } from '#lib/dev-tools/certificate.ts';
import { installPythonPackage } from '#lib/dev-tools/python-package.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { createContenders } from './contenders.ts';
import { startLambda } from './lambda-process.ts';
import { createLayers } from './layers.ts';
import { checkContenders, runRound, type Sample } from './rounds.ts';
import { listScenarios, type ScenarioOptions, scenarioKinds } from './scenarios.ts';
import { judgeGoals, renderGoals, renderSamples } from './table.ts';

/** Commercial regions, with Bref's regions first. */
const available = allRegions
  .filter(({ partition }) => partition === 'aws')
  .toSorted((a, b) => Number(b.bref) - Number(a.bref))
  .map(({ name }) => name);

const brefCount = resolveRegions('Input "regions"', ['bref']).length;

const usage = `Usage: npm run bench:publish -- [options]

Publishes layers of random bytes over TLS to a server on this machine, which discards them. The committed bundle of
publish-layer, the AWS CLI and curl take turns. Prints medians, ratios within the same round, and whether each goal is
met. Needs python3 with venv (the AWS CLI is installed into .cache), openssl, curl and xargs.

  --rounds <n>           number of rounds (3)
  --cli-rounds <n>       number of rounds with the AWS CLI, which takes minutes; 0 to skip it (1)
  --layers <n>           number of layers (3)
  --size <MB>            size of each zip (30)
  --regions <n>          number of regions of the comparison (${brefCount})
  --other-regions <list> further numbers of regions to measure memory with (5,34)
  --bandwidth <MB/s>     total bandwidth of the capped scenario (100)
  --latency <ms>         round-trip time of the scenario in which nothing changes (50)
  --only <list>          scenarios out of ${scenarioKinds.join(', ')} (all)
  --bundle <file>        another build of publish-layer's bundle
  --help                 show this text

A full run takes about 15 minutes. A run of half a minute: --rounds 1 --size 3 --regions 5 --other-regions 10
`;

/** Version 1 of the CLI, which Bref's scripts use and PyPI has. */
const awsCli = { name: 'awscli', version: '1.46.3' } as const;

await runTool(main);

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) console.log(usage);
  else await bench(options);
}

interface Options extends ScenarioOptions {
  readonly rounds: number;
  readonly cliRounds: number;
  readonly layers: number;
  readonly zipBytes: number;
  readonly bundle: string;
}

/** Returns undefined if `--help` is set. */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      'cli-rounds': { type: 'string', default: '1' },
      layers: { type: 'string', default: '3' },
      size: { type: 'string', default: '30' },
      regions: { type: 'string', default: String(brefCount) },
      'other-regions': { type: 'string', default: '5,34' },
      bandwidth: { type: 'string', default: '100' },
      latency: { type: 'string', default: '50' },
      only: { type: 'string', default: scenarioKinds.join(',') },
      bundle: {
        type: 'string',
        default: join(import.meta.dirname, '../../actions/publish-layer/dist/index.js'),
      },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: wholeNumber('rounds', values.rounds, 100),
    cliRounds: wholeNumber('cli-rounds', values['cli-rounds'], 100, 0),
    layers: wholeNumber('layers', values.layers, 10),
    zipBytes: wholeNumber('size', values.size, 50) * 1e6,
    regions: wholeNumber('regions', values.regions, available.length),
    otherRegions: split(values['other-regions']).map((one) =>
      wholeNumber('other-regions', one, available.length),
    ),
    bytesPerSecond: wholeNumber('bandwidth', values.bandwidth, 10_000) * 1e6,
    latencyMs: wholeNumber('latency', values.latency, 10_000),
    kinds: split(values.only).map((one) => {
      const kind = scenarioKinds.find((candidate) => candidate === one);
      if (kind === undefined)
        throw new ActionError(`--only must list ${scenarioKinds.join(', ')}; got "${one}".`);
      return kind;
    }),
    bundle: values.bundle,
  };
}

function wholeNumber(option: string, value: string, maximum: number, minimum = 1): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < minimum || number > maximum) {
    throw new ActionError(
      `--${option} must be a whole number from ${minimum} to ${maximum}; got "${value}".`,
    );
  }
  return number;
}

function split(value: string): readonly string[] {
  return value.split(',').filter((item) => item !== '');
}

async function bench(options: Options): Promise<void> {
  const run = createRun(createLogger(false));
  const aws = join(await installPythonPackage(run, awsCli), 'aws');
  const folder = await mkdtemp(join(tmpdir(), 'bench-publish-'));
  try {
    const certificate = await createCertificate(run, folder);
    const layers = await createLayers(folder, options.layers, options.zipBytes);
    await using lambda = await startLambda(certificate.certificate, certificate.key);
    const task = {
      layers,
      regions: available,
      url: lambda.url,
      certificate: certificate.certificate,
      folder,
    };
    const log = (line: string) => console.log(line);
    const parts = { run, lambda, contenders: createContenders(aws, options.bundle), task, log };
    const scenarios = listScenarios(options);
    await checkContenders(new Set(scenarios.flatMap(({ contenders }) => contenders)), parts);
    const samples: Sample[] = [];
    for (let round = 0; round < options.rounds; round++) {
      for (const scenario of scenarios) {
        const contenders = scenario.contenders.filter((name) => name !== 'aws' || round < options.cliRounds);
        samples.push(...(await runRound(scenario, contenders, round, parts)));
      }
    }
    const bodies = layers.map(({ bodyBytes }) => bodyBytes);
    const sum = bodies.reduce((total, size) => total + size, 0);
    const goals = judgeGoals(samples, Math.max(...bodies), (scenario) => sum * scenario.regions);
    console.log(`\n${renderSamples(samples)}\n\n${renderGoals(goals)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
