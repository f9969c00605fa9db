import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findPolicyFault, type PolicyData, readPolicy } from '#lib/audit/policy-data.ts';
import { findDocker } from '#lib/docker/client.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { describeToolError } from '#lib/node/tool-entry.ts';
import { describeChanges } from './changes.ts';
import { readImage } from './image.ts';
import { mergeLibraries, readLibrarySource } from './libraries.ts';
import { mergeFacts } from './merge.ts';
import type { OsFacts } from './os-facts.ts';
import { readProbe } from './probe.ts';

const usage = `Usage: npm run policy -- <source> [options]

Writes a policy: the libraries and symbols that Lambda's OS offers to a layer. See policies/README.md.

  npm run policy -- al2023                      Reads Amazon's images for both CPUs.
  npm run policy -- --from-probe response.json  Reads the response of the probe in policies/probe.
  npm run policy -- --image NAME --output FILE  Reads any image with glibc.
  npm run policy -- --libraries FOLDER --source KIND:TEXT
                                                Reads only the exported symbols of the libraries in a folder.

Options:
  --source TEXT   Origin of the folder, such as "package: name and version". Kinds: package, inferred.
  --cpu NAME      CPU of the folder's libraries, x86_64 or arm64. Default: both have the same symbols.
  --runtime NAME  Name of the runtime in messages. Default: the name in the --start policy.
  --start FILE    Policy with the values for everything that cannot be read. Default: the committed policy.
  --output FILE   File to write. Default: the committed policy.
  --help          Show this text.
`;
const committed = resolve(import.meta.dirname, '../../policies/lambda-al2023.json');
const amazon = ['x86_64', 'arm64'].map((cpu) => `public.ecr.aws/lambda/provided:al2023-${cpu}`);
const log = createLogger(false);
const run = createRun(log);

try {
  await main();
} catch (error) {
  console.error(`Error: ${describeToolError(error)}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      image: { type: 'string' },
      'from-probe': { type: 'string' },
      libraries: { type: 'string' },
      source: { type: 'string' },
      cpu: { type: 'string' },
      runtime: { type: 'string' },
      start: { type: 'string', default: committed },
      output: { type: 'string' },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.image !== undefined && values.output === undefined) {
    throw new ActionError(
      "Option --image needs --output FILE, because the committed policy describes only Amazon's OS.",
    );
  }
  checkOrigins(positionals, values);
  const start = await readPolicy(values.start);
  const librarySource = readLibrarySource(values);
  const merged =
    librarySource === undefined
      ? (await readFacts(values.image, values['from-probe'])).reduce(mergeFacts, start)
      : await mergeLibraries(start, librarySource);
  await writePolicy({ ...merged, runtime: values.runtime ?? merged.runtime }, values.output ?? committed);
  const changes = describeChanges(start, merged);
  log.info(changes.length === 0 ? 'Only the sources changed.' : changes.join('\n'));
}

/** @throws ActionError if the arguments do not name exactly one origin of the facts */
function checkOrigins(
  names: readonly string[],
  options: { readonly image?: string; readonly 'from-probe'?: string; readonly libraries?: string },
): void {
  const origins = [
    ...names,
    ...(['image', 'from-probe', 'libraries'] as const).flatMap((name) =>
      options[name] === undefined ? [] : [`--${name} ${options[name]}`],
    ),
  ];
  if (origins.length !== 1 || (names.length === 1 && names[0] !== 'al2023')) {
    const got = origins.map((origin) => JSON.stringify(origin)).join(', ') || 'nothing';
    throw new ActionError(
      `Specify exactly one of al2023, --image NAME, --from-probe FILE or --libraries FOLDER; got ${got}.`,
    );
  }
}

async function readFacts(image: string | undefined, probe: string | undefined): Promise<readonly OsFacts[]> {
  if (probe !== undefined) return [readProbe(await readFile(probe, 'utf8'))];
  const docker = await findDocker(run);
  const facts: OsFacts[] = [];
  for (const name of image === undefined ? amazon : [image]) {
    log.info(`Reading ${name} ...`);
    facts.push(await readImage(name, { docker, run }));
  }
  return facts;
}

async function writePolicy(policy: PolicyData, path: string): Promise<void> {
  const fault = findPolicyFault(policy);
  if (fault !== undefined)
    throw new ActionError(`The result breaks policies/policy.schema.json: ${fault}. Nothing was written.`);
  await writeAtomically(path, (temporary) => writeFile(temporary, `${JSON.stringify(policy, null, 2)}\n`));
  // In the repository's format, so that a diff shows only real changes.
  const biome = resolve(import.meta.dirname, '../../node_modules/.bin/biome');
  if (path === committed) await run([biome, 'format', '--write', path]);
  log.info(`Wrote ${path}.`);
}
