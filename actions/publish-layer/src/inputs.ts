import * as core from '@actions/core';
import { type Endpoints, readEndpoints } from '#lib/aws/endpoints.ts';
import { allRegions, assertOnePartition, isGroup, type Region, resolveRegions } from '#lib/aws/regions.ts';
import { type Architecture, architectures } from '#lib/layer/cpu.ts';
import { isLayerName, layerNameRule } from '#lib/layer/layer-name.ts';
import { InputError } from '#lib/node/errors.ts';
import { flag, integer, list, optionalList, optionalText, text } from '#lib/node/inputs.ts';
import { type Access, readAccess } from './inputs/access.ts';
import type { Problems } from './inputs/problems.ts';
import { type RoleInputs, readRoles } from './inputs/roles.ts';

/** Validated inputs, and everything else that this action's own code reads from the environment. */
export interface Inputs extends RoleInputs {
  /** Paths or patterns of zips. */
  readonly layers: readonly string[];
  /** Replaces the name of the manifest or file. */
  readonly layerName: string | undefined;
  /** Regions of one partition. */
  readonly regions: readonly Region[];
  /** Names of regions whose failure is only a warning. */
  readonly optionalRegions: ReadonlySet<string>;
  readonly access: Access;
  readonly isDryRun: boolean;
  /** Undefined: as in the manifest. */
  readonly compatibleRuntimes: readonly string[] | undefined;
  /** Undefined: as in the manifest. */
  readonly compatibleArchitectures: readonly Architecture[] | undefined;
  readonly description: string | undefined;
  readonly license: string | undefined;
  readonly republishOnMetadata: boolean;
  readonly alignVersions: boolean;
  /** Highest number of layer versions that aligning creates per layer and region. */
  readonly alignLimit: number;
  /** Path of an earlier `versions.json` or `layers.json`. */
  readonly previousVersions: string | undefined;
  /** Highest number of parallel uploads. */
  readonly maxParallel: number;
  /** Requests per second to Lambda in one region. */
  readonly maxRps: number;
  /** Time limit of one region. */
  readonly timeoutMs: number;
  /** Time that a region is watched after an unclear response, before a layer is sent again. */
  readonly quietPeriodMs: number;
  /** Name of the bucket, with `{region}` in place of the region's name. */
  readonly s3Bucket: string | undefined;
  /** Folder of `versions.json`, `arns.md` and the journal. */
  readonly output: string;
  readonly endpoints: Endpoints;
}

/**
 * Reads every input. For an invalid input, adds the error to `problems` and returns a placeholder.
 *
 * @param knownRegions list of all regions
 */
export function readInputs(
  problems: Problems,
  environment: NodeJS.ProcessEnv = process.env,
  knownRegions: readonly Region[] = allRegions,
): Inputs {
  const regions = problems.collect(
    () => resolveRegions('Input "regions"', list('regions'), knownRegions),
    [],
  );
  problems.collect(() => assertOnePartition('Input "regions"', regions), undefined);
  const partition = regions[0]?.partition;
  const timeoutMs = problems.collect(() => integer('timeout', 10, 7200) * 1000, 0);
  const access = problems.collect(() => readAccess(partition), {
    visibility: 'private',
    grants: [],
  } as Access);
  return {
    layers: problems.collect(() => list('layers'), []),
    layerName: problems.collect(readLayerName, undefined),
    regions,
    optionalRegions: problems.collect(() => readOptionalRegions(regions, knownRegions), new Set<string>()),
    access,
    ...readRoles(problems, partition, access.visibility, environment),
    isDryRun: problems.collect(() => flag('dry-run'), true),
    compatibleRuntimes: problems.collect(readRuntimes, undefined),
    compatibleArchitectures: problems.collect(readArchitectures, []),
    description: problems.collect(() => readLimitedText('description', 256), undefined),
    license: problems.collect(() => readLimitedText('license', 512), undefined),
    republishOnMetadata: problems.collect(() => flag('republish-on-metadata'), false),
    alignVersions: problems.collect(() => flag('align-versions'), false),
    alignLimit: problems.collect(() => integer('align-limit', 1, 100), 1),
    previousVersions: optionalText('previous-versions'),
    maxParallel: problems.collect(() => integer('max-parallel', 1, 50), 1),
    maxRps: problems.collect(() => integer('max-rps', 1, 15), 1),
    timeoutMs,
    quietPeriodMs: problems.collect(() => readQuietPeriodMs(timeoutMs), 0),
    s3Bucket: problems.collect(() => readBucket(regions), undefined),
    output: problems.collect(() => text('output'), ''),
    endpoints: problems.collect(() => readEndpoints(environment), { lambda: undefined, s3: undefined }),
  };
}

function readLayerName(): string | undefined {
  const name = optionalText('layer-name');
  if (name !== undefined && !isLayerName(name)) {
    throw new InputError(`Input "layer-name" ${layerNameRule}; got "${name}".`);
  }
  return name;
}

/** A group may contain regions that are not in `regions`, but a region that is named itself must be in `regions`. */
function readOptionalRegions(
  regions: readonly Region[],
  knownRegions: readonly Region[],
): ReadonlySet<string> {
  const items = optionalList('optional-regions');
  const optional = resolveRegions('Input "optional-regions"', items, knownRegions).map(({ name }) => name);
  const unlisted = items.find((item) => !isGroup(item) && !regions.some(({ name }) => name === item));
  if (unlisted !== undefined && regions.length > 0) {
    throw new InputError(
      `Input "optional-regions" must name only regions that are also in "regions"; got "${unlisted}".`,
    );
  }
  return new Set(optional);
}

function readQuietPeriodMs(timeoutMs: number): number {
  const quietPeriodMs = integer('quiet-period', 0, 600) * 1000;
  if (quietPeriodMs >= timeoutMs && timeoutMs > 0) {
    throw new InputError(
      `Input "quiet-period" must be shorter than "timeout"; got "${core.getInput('quiet-period')}".`,
    );
  }
  return quietPeriodMs;
}

/** PublishLayerVersion accepts at most 15 runtimes (botocore's service model). Lambda checks whether they exist. */
function readRuntimes(): readonly string[] | undefined {
  const runtimes = optionalList('compatible-runtimes');
  const invalid = runtimes.find((runtime) => !/^[a-z][a-z0-9.]*$/.test(runtime));
  if (invalid !== undefined) {
    throw new InputError(
      `Input "compatible-runtimes" must list runtimes such as provided.al2023; got "${invalid}".`,
    );
  }
  if (new Set(runtimes).size !== runtimes.length || runtimes.length > 15) {
    throw new InputError(
      `Input "compatible-runtimes" must list at most 15 runtimes, each once; got "${runtimes.join(' ')}".`,
    );
  }
  return runtimes.length === 0 ? undefined : runtimes;
}

function readArchitectures(): readonly Architecture[] | undefined {
  const wanted = optionalList('compatible-architectures');
  const invalid = wanted.find((item) => !architectures.some((architecture) => architecture === item));
  if (invalid !== undefined) {
    throw new InputError(
      `Input "compatible-architectures" must list ${architectures.join(' or ')} or both; got "${invalid}".`,
    );
  }
  return wanted.length === 0 ? undefined : architectures.filter((name) => wanted.includes(name));
}

/** Rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html. */
function readBucket(regions: readonly Region[]): string | undefined {
  const bucket = optionalText('s3-bucket');
  if (bucket === undefined) return undefined;
  const names = regions.map(({ name }) => bucket.replaceAll('{region}', name));
  if (names.some((name) => !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))) {
    throw new InputError(
      `Input "s3-bucket" must be 3 to 63 of a-z, 0-9, "-" and "." after {region} is replaced; got "${bucket}".`,
    );
  }
  if (regions.length > 1 && !bucket.includes('{region}')) {
    throw new InputError(
      'Input "s3-bucket" must contain {region} if there are several regions, because Lambda reads a zip only from a ' +
        `bucket in the same region; got "${bucket}".`,
    );
  }
  return bucket;
}

/** The limits are PublishLayerVersion's, from botocore's service model. */
function readLimitedText(name: string, maxLength: number): string | undefined {
  const value = optionalText(name);
  if (value !== undefined && value.length > maxLength) {
    throw new InputError(
      `Input "${name}" must have at most ${maxLength} characters; got ${value.length}: "${value}".`,
    );
  }
  return value;
}
