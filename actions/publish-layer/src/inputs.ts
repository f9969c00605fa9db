import * as core from '@actions/core';
import { type Endpoints, readEndpoints } from '#lib/aws/endpoints.ts';
import { assertOnePartition, isGroup, type Region, resolveRegions } from '#lib/aws/regions.ts';
import { type Architecture, architectures } from '#lib/layer/cpu.ts';
import { isLayerName, layerNameRule } from '#lib/layer/layer-name.ts';
import { InputError } from '#lib/node/errors.ts';
import { flag, integer, list, optionalList, optionalText, text } from '#lib/node/inputs.ts';
import { type Access, readAccess } from './inputs/access.ts';
import type { Problems } from './inputs/problems.ts';
import { type RoleInputs, readRoles } from './inputs/roles.ts';

/** What a run is to do; validated, and all that is read from the environment by this action's own code. */
export interface Inputs extends RoleInputs {
  /** Paths of zips, or patterns of such. */
  readonly layers: readonly string[];
  /** In place of what the manifest or the file name says. */
  readonly layerName: string | undefined;
  /** All of one partition. */
  readonly regions: readonly Region[];
  /** Names of those that may fail. */
  readonly optionalRegions: ReadonlySet<string>;
  readonly access: Access;
  readonly isDryRun: boolean;
  /** Undefined: as the manifest says. */
  readonly compatibleRuntimes: readonly string[] | undefined;
  /** Undefined: as the manifest says. */
  readonly compatibleArchitectures: readonly Architecture[] | undefined;
  readonly description: string | undefined;
  readonly license: string | undefined;
  readonly republishOnMetadata: boolean;
  readonly alignVersions: boolean;
  /** Versions of one layer that aligning may make in one region. */
  readonly alignLimit: number;
  /** Path of an earlier `versions.json` or `layers.json`. */
  readonly previousVersions: string | undefined;
  /** Uploads at a time. */
  readonly maxParallel: number;
  /** Requests a second to Lambda in one region. */
  readonly maxRps: number;
  /** Milliseconds that one region may take. */
  readonly timeout: number;
  /** Milliseconds that a region is watched after an unclear answer, before a layer is sent again. */
  readonly quietPeriod: number;
  /** The bucket's name, with `{region}` in place of the region's. */
  readonly s3Bucket: string | undefined;
  /** Folder of `versions.json`, `arns.md` and the journal. */
  readonly output: string;
  readonly endpoints: Endpoints;
}

/** Reads every input. What is wrong is told to `problems`; what is given back in its place is not to be used. */
export function readInputs(problems: Problems, environment: NodeJS.ProcessEnv = process.env): Inputs {
  const regions = problems.collect(() => resolveRegions('regions', list('regions')), []);
  problems.collect(() => assertOnePartition(regions), undefined);
  const partition = regions[0]?.partition;
  const timeout = problems.collect(() => integer('timeout', 10, 7200) * 1000, 0);
  const access = problems.collect(() => readAccess(partition), {
    visibility: 'private',
    grants: [],
  } as Access);
  return {
    layers: problems.collect(() => list('layers'), []),
    layerName: problems.collect(readLayerName, undefined),
    regions,
    optionalRegions: problems.collect(() => readOptionalRegions(regions), new Set<string>()),
    access,
    ...readRoles(problems, partition, access.visibility, environment),
    isDryRun: problems.collect(() => flag('dry-run'), true),
    compatibleRuntimes: problems.collect(readRuntimes, undefined),
    compatibleArchitectures: problems.collect(readArchitectures, []),
    description: problems.collect(() => atMost('description', 256), undefined),
    license: problems.collect(() => atMost('license', 512), undefined),
    republishOnMetadata: problems.collect(() => flag('republish-on-metadata'), false),
    alignVersions: problems.collect(() => flag('align-versions'), false),
    alignLimit: problems.collect(() => integer('align-limit', 1, 100), 1),
    previousVersions: optionalText('previous-versions'),
    maxParallel: problems.collect(() => integer('max-parallel', 1, 50), 1),
    maxRps: problems.collect(() => integer('max-rps', 1, 15), 1),
    timeout,
    quietPeriod: problems.collect(() => readQuietPeriod(timeout), 0),
    s3Bucket: problems.collect(() => readBucket(regions), undefined),
    output: problems.collect(() => text('output'), ''),
    endpoints: problems.collect(() => readEndpoints(environment), { lambda: undefined, s3: undefined }),
  };
}

function readLayerName(): string | undefined {
  const name = optionalText('layer-name');
  if (name !== undefined && !isLayerName(name)) {
    throw new InputError('layer-name', layerNameRule, name);
  }
  return name;
}

/** A group may reach beyond `regions`; a region that is named must be one of them. */
function readOptionalRegions(regions: readonly Region[]): ReadonlySet<string> {
  const items = optionalList('optional-regions');
  const optional = new Set(resolveRegions('optional-regions', items).map(({ name }) => name));
  const stray = items.find((item) => !isGroup(item) && !regions.some(({ name }) => name === item));
  if (stray !== undefined && regions.length > 0) {
    throw new InputError('optional-regions', 'must name regions that are in "regions" too', stray);
  }
  return optional;
}

function readQuietPeriod(timeout: number): number {
  const quietPeriod = integer('quiet-period', 0, 600) * 1000;
  if (quietPeriod >= timeout && timeout > 0) {
    throw new InputError('quiet-period', 'must be shorter than "timeout"', core.getInput('quiet-period'));
  }
  return quietPeriod;
}

/** At most 15, as PublishLayerVersion takes them (botocore's service model). Lambda itself knows which exist. */
function readRuntimes(): readonly string[] | undefined {
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
  return runtimes.length === 0 ? undefined : runtimes;
}

function readArchitectures(): readonly Architecture[] | undefined {
  const wanted = optionalList('compatible-architectures');
  const odd = wanted.find((item) => !architectures.some((architecture) => architecture === item));
  if (odd !== undefined) {
    throw new InputError('compatible-architectures', `must list ${architectures.join(' or ')} or both`, odd);
  }
  return wanted.length === 0 ? undefined : architectures.filter((name) => wanted.includes(name));
}

/** The rules of names are S3's (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). */
function readBucket(regions: readonly Region[]): string | undefined {
  const bucket = optionalText('s3-bucket');
  if (bucket === undefined) return undefined;
  const names = regions.map(({ name }) => bucket.replaceAll('{region}', name));
  if (names.some((name) => !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))) {
    throw new InputError(
      's3-bucket',
      'must be 3 to 63 of a-z, 0-9, "-" and ".", once {region} is filled in',
      bucket,
    );
  }
  if (regions.length > 1 && !bucket.includes('{region}')) {
    throw new InputError(
      's3-bucket',
      'must have {region} in it: Lambda takes a layer from its own region',
      bucket,
    );
  }
  return bucket;
}

/** Bounds of PublishLayerVersion (botocore's service model). */
function atMost(name: string, characters: number): string | undefined {
  const value = optionalText(name);
  if (value !== undefined && value.length > characters) {
    throw new InputError(name, `must have at most ${characters} characters, not ${value.length}`, value);
  }
  return value;
}
