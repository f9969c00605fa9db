import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { findDocker } from '#lib/docker/client.ts';
import { type Cpu, cpuNames, cpus } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { listVersions } from '#lib/php-releases/version-folders.ts';
import { imageTags } from '../../actions/build-php/src/images.ts';
import { choose } from '../plan-jobs/jobs.ts';
import { combineImages, type ImageDependencies, type PushedImage, pushImages } from './push.ts';

const usage = `Usage: node tools/push-images/main.ts --tag <tag>... [--cpu <cpu>] [--versions <list>] [--registry <name>] [--record <file>]
       node tools/push-images/main.ts --tag <tag>... --combine <pattern> [--registry <name>]

Pushes the images that make docker-images has built, and records their digests. If the record also contains the images of
the other CPU, the tags of the names without "arm-" then refer to both CPUs. With --combine, the command only combines
images that other runs have pushed.

  --tag       tag to push, such as 2 or 2.3.44; may be repeated
  --cpu       x86 or arm (default: x86)
  --versions  PHP versions, such as "82 83" (default: all)
  --registry  prefix of the image names (default: docker.io/bref)
  --record    JSON file with the digest of each repository (default: output/images.json)
  --combine   pattern of records of other runs
  --help      show this text
`;

/** Digests by repository, such as `docker.io/bref/php-82`. */
type Digests = Readonly<Record<string, string>>;

const log = createLogger(process.env.GITHUB_ACTIONS === 'true');
await runTool(main);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tag: { type: 'string', multiple: true, default: [] },
      cpu: { type: 'string', default: 'x86' },
      versions: { type: 'string', default: '' },
      registry: { type: 'string', default: 'docker.io/bref' },
      record: { type: 'string', default: 'output/images.json' },
      combine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const tags = readTags(values.tag);
  const run = createRun(log);
  const dependencies = { run, log, docker: await findDocker(run) };
  const { registry, record } = values;
  if (values.combine !== undefined) {
    const records = globSync(values.combine);
    if (records.length === 0)
      throw new ActionError(`--combine must match a file; got ${JSON.stringify(values.combine)}.`);
    await combine(Object.assign({}, ...records.map(readRecord)), registry, tags, dependencies);
    return;
  }
  const local = { cpu: readCpu(values.cpu), imagePrefix: 'bref/', imageTag: 'latest' };
  const earlierDigests = readRecord(record);
  const images = choose('--versions', values.versions, await listVersions('.'))
    .flatMap((phpVersion) => imageTags({ ...local, phpVersion }))
    .map(({ tag }) => ({
      local: tag,
      platform: cpuNames[local.cpu].platform,
      repository: tag.replace(/^bref\//, `${registry}/`).replace(/:latest$/, ''),
    }));
  const pushed = await pushImages(images, tags, dependencies);
  const digests = {
    ...earlierDigests,
    ...Object.fromEntries(pushed.map(({ repository, digest }) => [repository, digest])),
  };
  await mkdir(dirname(record), { recursive: true });
  await writeFile(record, `${JSON.stringify(digests, undefined, 2)}\n`);
  await combine(digests, registry, tags, dependencies);
}

/** Combines every image that exists for both CPUs. */
async function combine(
  digests: Digests,
  registry: string,
  tags: readonly string[],
  dependencies: ImageDependencies,
): Promise<void> {
  for (const repository of Object.keys(digests)) {
    const [x86, arm] = toPair(repository, registry);
    if (repository !== x86) continue;
    const images = [x86, arm].flatMap((name): PushedImage[] => {
      const digest = digests[name];
      return digest === undefined ? [] : [{ repository: name, digest }];
    });
    if (images.length === 2) await combineImages(images, x86, tags, dependencies);
  }
}

/** Returns the repositories of an image for both CPUs. */
function toPair(repository: string, registry: string): readonly [x86: string, arm: string] {
  const name = repository.slice(registry.length + 1).replace(/^arm-/, '');
  return [`${registry}/${name}`, `${registry}/arm-${name}`];
}

/** Docker's rule for tags: https://docs.docker.com/reference/cli/docker/image/tag/ */
function readTags(tags: readonly string[]): readonly string[] {
  const invalid = tags.find((tag) => !/^\w[\w.-]{0,127}$/.test(tag));
  if (invalid !== undefined || tags.length === 0) {
    throw new ActionError(
      `--tag must be given at least once, with a tag such as 2 or 2.3.44; got ${JSON.stringify(invalid ?? '')}.`,
    );
  }
  return tags;
}

function readCpu(value: string): Cpu {
  const cpu = cpus.find((candidate) => candidate === value);
  if (cpu === undefined)
    throw new ActionError(`--cpu must be one of ${cpus.join(', ')}; got ${JSON.stringify(value)}.`);
  return cpu;
}

function readRecord(path: string): Digests {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Digests;
  } catch (cause) {
    throw new ActionError(`${path} is not JSON. Delete it and push the images of both CPUs again.`, {
      cause,
    });
  }
}
