import type { CredentialSource } from '#lib/aws/credentials.ts';
import { resolveRegions } from '#lib/aws/regions.ts';
import { permanentCredentials } from '../../../tests/fixtures/permanent-credentials.ts';
import { testRegions } from '../../../tests/fixtures/regions.ts';
import { silentLogger } from '../../../tests/fixtures/silent-logger.ts';
import { createVirtualClock, type VirtualClock } from '../../../tests/fixtures/virtual-clock.ts';
import {
  createFaultyNetwork,
  type FaultRule,
  type FaultyNetwork,
} from '../../../tests/stand-ins/faulty-network.ts';
import { createLambdaModel, type LambdaModel } from '../../../tests/stand-ins/lambda-model.ts';
import { check } from '../src/check.ts';
import { Problems } from '../src/inputs/problems.ts';
import type { Inputs } from '../src/inputs.ts';
import { assertNoneFailed } from '../src/report/failures.ts';
import { type Published, run } from '../src/run.ts';
import { openModel } from './region-fixture.ts';

/** Regions of an account that several runs share, with one clock. */
export interface World {
  readonly clock: VirtualClock;
  readonly output: string;
  /** Returns the current state of a region. */
  model(region: string): LambdaModel;
  publish(options: PublishOptions): Promise<WorldRun>;
}

export interface PublishOptions {
  readonly layers: readonly string[];
  readonly regions?: readonly string[];
  /** Returns the faults of requests to a region. */
  readonly rules?: (region: string) => readonly FaultRule[];
  readonly inputs?: Partial<Inputs>;
  readonly credentials?: CredentialSource;
  /** Whether STS still accepts the credentials after the start of the run. */
  readonly stayValid?: boolean;
}

export interface WorldRun extends Published {
  /** Exit code of the step. */
  readonly exitCode: 0 | 1;
  readonly log: readonly string[];
  readonly elapsedMs: number;
  /** Returns a region's requests in order. */
  requests(region: string): FaultyNetwork['requests'];
}

export const everyone = {
  visibility: 'public',
  grants: [{ statementId: 'public', principal: '*' }],
} as const;

/** @param output folder of versions.json, arns.md and the journal */
export function createWorld(output: string, clock = createVirtualClock()): World {
  const models = new Map<string, LambdaModel>();
  const model = (region: string): LambdaModel => {
    const existing = models.get(region) ?? createLambdaModel(region);
    models.set(region, existing);
    return existing;
  };
  return {
    clock,
    output,
    model,
    publish: (options) => clock.run(publish(options, output, clock, model)),
  };
}

async function publish(
  {
    layers,
    regions = ['bref'],
    rules = () => [],
    inputs = {},
    credentials,
    stayValid = true,
  }: PublishOptions,
  output: string,
  clock: VirtualClock,
  model: World['model'],
): Promise<WorldRun> {
  const all: Inputs = {
    layers,
    layerName: undefined,
    regions: resolveRegions('Input "regions"', regions, testRegions),
    optionalRegions: new Set(),
    role: undefined,
    strangerRole: undefined,
    expectedAccount: undefined,
    access: everyone,
    isDryRun: false,
    compatibleRuntimes: ['provided.al2023'],
    compatibleArchitectures: undefined,
    description: undefined,
    license: undefined,
    republishOnMetadata: false,
    alignVersions: false,
    alignLimit: 10,
    previousVersions: undefined,
    maxParallel: 7,
    maxRps: 7,
    timeoutMs: 600_000,
    quietPeriodMs: 60_000,
    s3Bucket: undefined,
    output,
    endpoints: { lambda: undefined, s3: undefined },
    ...inputs,
  };
  const log = silentLogger();
  const networks = new Map<string, FaultyNetwork>();
  const startedAt = clock.now();
  const checked = await check(all, new Problems());
  let identifyCalls = 0;
  const published = await run(all, checked, {
    log,
    clock,
    async identify() {
      if (identifyCalls++ > 0 && !stayValid) throw new Error('InvalidClientTokenId');
      return { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/test' };
    },
    openRegion(region, _account, signal) {
      const network = createFaultyNetwork(model(region), clock, rules(region));
      networks.set(region, network);
      return openModel(region, network, signal, credentials ?? permanentCredentials);
    },
  });
  let exitCode: 0 | 1 = 0;
  try {
    assertNoneFailed(published.results);
  } catch {
    exitCode = 1;
  }
  return {
    ...published,
    exitCode,
    log: log.lines,
    elapsedMs: clock.now() - startedAt,
    requests: (region) => networks.get(region)?.requests ?? [],
  };
}
