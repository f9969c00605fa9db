import * as core from '@actions/core';
import { ActionError, InputError } from '../../shared/errors.ts';
import { flag, integer, list, oneOf, optionalList, optionalText, text } from '../../shared/inputs.ts';
import { type Region, resolveRegions } from './aws/regions.ts';

/** Lambda's names of CPUs. */
export const architectures = ['x86_64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

export type Visibility = 'public' | 'private';

/** What a run is to do; validated, and all that is read from the environment by this action's own code. */
export interface Inputs {
  /** Paths of zips. */
  readonly layers: readonly string[];
  /** All of one partition. */
  readonly regions: readonly Region[];
  readonly roleToAssume: string | undefined;
  readonly audience: string;
  /** Names the session in CloudTrail. */
  readonly sessionName: string;
  /** 12 digits. */
  readonly expectedAccount: string | undefined;
  readonly visibility: Visibility;
  readonly isDryRun: boolean;
  readonly compatibleRuntimes: readonly string[];
  /** Of zips without a manifest. */
  readonly compatibleArchitectures: readonly Architecture[];
  readonly description: string | undefined;
  readonly license: string | undefined;
  /** Regions at a time. */
  readonly concurrency: number;
  /** Milliseconds that one region may take. */
  readonly timeout: number;
  /** Milliseconds that a region is watched after an unclear answer, before a layer is sent again. */
  readonly quietPeriod: number;
  /** Folder of `versions.json`. */
  readonly output: string;
  /** Where Lambda is reached instead of at AWS (a test double); undefined: the SDK's own choice. */
  readonly lambdaEndpoint: string | undefined;
}

export function readInputs(environment: NodeJS.ProcessEnv = process.env): Inputs {
  const regions = resolveRegions(list('regions'));
  const timeout = integer('timeout', 10, 7200) * 1000;
  const quietPeriod = integer('quiet-period', 0, 600) * 1000;
  if (quietPeriod >= timeout) {
    throw new InputError('quiet-period', 'must be shorter than "timeout"', core.getInput('quiet-period'));
  }
  return {
    layers: list('layers'),
    regions,
    roleToAssume: readRole(regions),
    audience: text('audience'),
    sessionName: `publish-layer-${environment.GITHUB_RUN_ID || 'local'}`,
    expectedAccount: matching('expected-account', /^\d{12}$/, 'must be the 12 digits of an account'),
    visibility: oneOf('visibility', ['public', 'private']),
    isDryRun: flag('dry-run'),
    compatibleRuntimes: readRuntimes(),
    compatibleArchitectures: readArchitectures(),
    description: atMost('description', 256),
    license: atMost('license', 512),
    concurrency: integer('concurrency', 1, 50),
    timeout,
    quietPeriod,
    output: text('output'),
    lambdaEndpoint: readEndpoint(environment),
  };
}

function readRole(regions: readonly Region[]): string | undefined {
  const role = matching(
    'role-to-assume',
    /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/,
    'must be the ARN of a role, such as arn:aws:iam::123456789012:role/publish-layers',
  );
  const partition = regions[0]?.partition;
  if (role !== undefined && role.split(':')[1] !== partition) {
    throw new InputError('role-to-assume', `must be of the partition of the regions, ${partition}`, role);
  }
  return role;
}

/** At most 15, as PublishLayerVersion takes them (botocore's service model). Lambda itself knows which exist. */
function readRuntimes(): readonly string[] {
  const runtimes = optionalList('compatible-runtimes');
  const odd = runtimes.find((runtime) => !/^[a-z][a-z0-9.]*$/.test(runtime));
  if (odd !== undefined) {
    throw new InputError('compatible-runtimes', 'must list runtimes such as provided.al2023', odd);
  }
  if (new Set(runtimes).size !== runtimes.length || runtimes.length > 15) {
    throw new InputError(
      'compatible-runtimes',
      'must list at most 15 runtimes, each once',
      runtimes.join(' '),
    );
  }
  return runtimes;
}

function readArchitectures(): readonly Architecture[] {
  const wanted = optionalList('compatible-architectures');
  const odd = wanted.find((item) => !architectures.some((architecture) => architecture === item));
  if (odd !== undefined) {
    throw new InputError('compatible-architectures', `must list ${architectures.join(' or ')} or both`, odd);
  }
  return architectures.filter((architecture) => wanted.includes(architecture));
}

/** Bounds of PublishLayerVersion (botocore's service model). */
function atMost(name: string, characters: number): string | undefined {
  const value = optionalText(name);
  if (value !== undefined && value.length > characters) {
    throw new InputError(name, `must have at most ${characters} characters, not ${value.length}`, value);
  }
  return value;
}

function matching(name: string, pattern: RegExp, rule: string): string | undefined {
  const value = optionalText(name);
  if (value !== undefined && !pattern.test(value)) throw new InputError(name, rule, value);
  return value;
}

/**
 * The SDK reads these variables too. They are read here and handed to it, so that the endpoint that a layer is
 * checked against is the one that it is sent to.
 */
function readEndpoint(environment: NodeJS.ProcessEnv): string | undefined {
  const endpoint = environment.AWS_ENDPOINT_URL_LAMBDA || environment.AWS_ENDPOINT_URL || undefined;
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw new ActionError(
      `AWS_ENDPOINT_URL_LAMBDA or AWS_ENDPOINT_URL must be a URL such as http://127.0.0.1:5000; got "${endpoint}".`,
    );
  }
  return endpoint;
}

/** Whether requests to the endpoint stay on this machine. */
export function isLoopback(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return false;
  const { hostname } = new URL(endpoint);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
