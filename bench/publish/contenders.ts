import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Command } from '#lib/node/command.ts';
import type { BenchLayer } from './layers.ts';

/** Number of parallel regions (publish-layer, the CLI) or uploads (curl). */
const parallelism = 7;

/** The work of every contender. */
export interface Task {
  readonly layers: readonly BenchLayer[];
  readonly regions: readonly string[];
  readonly url: string;
  /** PEM file of the certificate that clients must trust. */
  readonly certificate: string;
  /** Folder for output files. */
  readonly folder: string;
}

export const contenderNames = ['publish-layer', 'aws', 'curl', 'curl-stream'] as const;
export type ContenderName = (typeof contenderNames)[number];
export type Contender = (task: Task) => Command | Promise<Command>;

/**
 * @param aws path of the AWS CLI
 * @param bundle path of the action's bundle
 */
export function createContenders(aws: string, bundle: string): Readonly<Record<ContenderName, Contender>> {
  return {
    'publish-layer': (task) => callBundle(task, bundle),
    aws: (task) => callCli(task, aws),
    curl: (task) => callCurl(task, '--data-binary "@$3"'),
    'curl-stream': (task) => callCurl(task, '--request POST --header expect: --upload-file "$3"'),
  };
}

/** Runs the committed bundle like a workflow runner, with the defaults of action.yml. */
async function callBundle(
  { layers, regions, url, certificate, folder }: Task,
  bundle: string,
): Promise<Command> {
  const definition = parse(await readFile(join(bundle, '../../action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  const values: Record<string, string> = {
    layers: layers.map(({ zip }) => zip).join(' '),
    regions: regions.join(' '),
    visibility: 'public',
    'compatible-runtimes': 'provided.al2023',
    'compatible-architectures': 'x86_64',
    output: join(folder, 'output'),
  };
  const inputs = Object.entries(definition.inputs).map(([name, input]) => [
    `INPUT_${name.toUpperCase()}`,
    values[name] ?? input.default ?? '',
  ]);
  return inEnvironment(
    { ...Object.fromEntries(inputs), ...awsEnvironment(url), NODE_EXTRA_CA_CERTS: certificate },
    [process.execPath, bundle],
  );
}

/** Runs the AWS CLI like Bref's scripts: regions in parallel, and layers of a region one after another. */
function callCli({ layers, regions, url, certificate }: Task, aws: string): Command {
  const eachLayer = layers.map(
    ({ name, zip }) =>
      `version=$('${aws}' lambda publish-layer-version --region "$1" --layer-name ${name} --zip-file 'fileb://${zip}' ` +
      '--compatible-runtimes provided.al2023 --compatible-architectures x86_64 --output text --query Version)\n' +
      `'${aws}' lambda add-layer-version-permission --region "$1" --layer-name ${name} --version-number "$version" ` +
      "--statement-id public --principal '*' --action lambda:GetLayerVersion > /dev/null",
  );
  return inEnvironment(
    { ...awsEnvironment(url), AWS_CA_BUNDLE: certificate },
    inParallel(['set -e', ...eachLayer].join('\n'), regions),
  );
}

/**
 * Uploads prepared requests with the same bytes, without reads or grants. `--data-binary` reads the whole file into
 * memory first, and `--upload-file` streams it.
 */
function callCurl({ layers, regions, url, certificate }: Task, body: string): Command {
  const script =
    'curl --silent --show-error --fail --output /dev/null --http1.1 --cacert "$CERTIFICATE" ' +
    '--header content-type:application/json --header "authorization: Credential=bench/20260101/$1/lambda/aws4_request" ' +
    `${body} "$URL/2018-10-31/layers/$2/versions"`;
  const uploads = regions.flatMap((region) => layers.map(({ name, body }) => `${region} ${name} ${body}`));
  return inEnvironment({ URL: url, CERTIFICATE: certificate }, inParallel(script, uploads));
}

/** Runs a shell script for every item in parallel. The words of an item are the script's arguments. */
function inParallel(script: string, items: readonly string[]): Command {
  const each = `script=$1; shift; printf '%s\\n' "$@" | xargs -P ${parallelism} -L 1 sh -c "$script" sh`;
  return ['sh', '-c', each, 'sh', script, ...items];
}

function awsEnvironment(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Runs the command without this process's environment, which may contain a profile or a proxy. */
function inEnvironment(variables: Readonly<Record<string, string>>, command: Command): Command {
  const pairs = Object.entries({ PATH: process.env.PATH ?? '', ...variables });
  return ['env', '-i', ...pairs.map(([name, value]) => `${name}=${value}`), ...command];
}
