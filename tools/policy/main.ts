import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findPolicyFault, type PolicyData, readPolicy } from '#lib/audit/policy-data.ts';
import { findDocker } from '#lib/docker/client.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { describeChanges } from './changes.ts';
import { readImage } from './image.ts';
import { mergeFacts } from './merge.ts';
import type { OsFacts } from './os-facts.ts';
import { readProbe } from './probe.ts';

const usage = `Makes a policy, the data of what Lambda's OS offers a layer, from the OS itself; policies/README.md has more.

  npm run policy -- al2023                      reads Amazon's images of both CPUs
  npm run policy -- --from-probe answer.json    takes what policies/probe answered in a Lambda function
  npm run policy -- --image NAME --output FILE  reads any image; --runtime NAME is what messages call it

What cannot be read is taken from --start, the committed policy by default. --output is that file too.
`;
const committed = resolve(import.meta.dirname, '../../policies/lambda-al2023.json');
const amazon = ['x86_64', 'arm64'].map((cpu) => `public.ecr.aws/lambda/provided:al2023-${cpu}`);
const log = createLogger(false);
const run = createRun(log);

try {
  await main();
} catch (error) {
  console.error(`Error: ${describeError(error)}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      image: { type: 'string' },
      'from-probe': { type: 'string' },
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
    throw new ActionError("--image takes --output: the committed policy is of Amazon's OS only.");
  }
  const start = await readPolicy(values.start);
  const facts = await readFacts(positionals, values.image, values['from-probe']);
  const merged = facts.reduce(mergeFacts, start);
  await writePolicy({ ...merged, runtime: values.runtime ?? merged.runtime }, values.output ?? committed);
  const changes = describeChanges(start, merged);
  log.info(changes.length === 0 ? 'Nothing else than its sources changed.' : changes.join('\n'));
}

async function readFacts(
  names: readonly string[],
  image: string | undefined,
  probe: string | undefined,
): Promise<readonly OsFacts[]> {
  const ways = [...names, image, probe].filter((way) => way !== undefined);
  if (ways.length !== 1 || (names.length === 1 && names[0] !== 'al2023')) {
    throw new ActionError('Give one of: al2023, --image NAME, --from-probe FILE.');
  }
  if (probe !== undefined) return [readProbe(await readFile(probe, 'utf8'))];
  const docker = await findDocker(run);
  const facts: OsFacts[] = [];
  for (const name of image === undefined ? amazon : [image]) {
    log.info(`Reading ${name}`);
    facts.push(await readImage(name, { docker, run }));
  }
  return facts;
}

async function writePolicy(policy: PolicyData, path: string): Promise<void> {
  const fault = findPolicyFault(policy);
  if (fault !== undefined) throw new ActionError(`What was read makes no policy: ${fault}.`);
  await writeAtomically(path, (temporary) => writeFile(temporary, `${JSON.stringify(policy, null, 2)}\n`));
  // The repository's own form, so that a difference shows only what changed.
  const biome = resolve(import.meta.dirname, '../../node_modules/.bin/biome');
  if (path === committed) await run([biome, 'format', '--write', path]);
  log.info(`Wrote ${path}`);
}
