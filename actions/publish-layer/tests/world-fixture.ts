import type { CredentialSource } from '#lib/aws/credentials.ts';
import { resolveRegions } from '#lib/aws/regions.ts';
import {
  createFaultyNetwork,
  type FaultRule,
  type FaultyNetwork,
} from '../../../tests/helpers/faulty-network.ts';
import { createLambdaModel, type LambdaModel } from '../../../tests/helpers/lambda-model.ts';
import { silentLogger } from '../../../tests/helpers/silent-logger.ts';
import { createVirtualClock, type VirtualClock } from '../../../tests/helpers/virtual-clock.ts';
import { check } from '../src/check.ts';
import { Problems } from '../src/inputs/problems.ts';
import type { Inputs } from '../src/inputs.ts';
import { assertNoneFailed } from '../src/report/failures.ts';
import { type Published, run } from '../src/run.ts';
import { lastingCredentials, openModel } from './region-fixture.ts';

/** Regions of an account that outlive runs, on one clock. */
export interface World {
  readonly clock: VirtualClock;
  readonly output: string;
  /** A region as it is now. */
  model(region: string): LambdaModel;
  publish(options: PublishOptions): Promise<WorldRun>;
}

export interface PublishOptions {
  readonly layers: readonly string[];
  readonly regions?: readonly string[];
  /** What requests to a region meet. */
  readonly rules?: (region: string) => readonly FaultRule[];
  readonly inputs?: Partial<Inputs>;
  readonly credentials?: CredentialSource;
  /** Whether STS accepts the credentials when it is asked again. */
  readonly staysValid?: boolean;
}

export interface WorldRun extends Published {
  /** What the step would end with. */
  readonly exitCode: 0 | 1;
  readonly log: readonly string[];
  /** Milliseconds that passed. */
  readonly time: number;
  /** Requests in order. */
  requests(region: string): FaultyNetwork['requests'];
}

export const everyone = {
  visibility: 'public',
  grants: [{ statementId: 'public', principal: '*' }],
} as const;

/** @param output the folder of versions.json, arns.md and the journal */
export function createWorld(output: string, clock = createVirtualClock()): World {
  const models = new Map<string, LambdaModel>();
  const model = (region: string): LambdaModel => {
    const own = models.get(region) ?? createLambdaModel(region);
    models.set(region, own);
    return own;
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
    staysValid = true,
  }: PublishOptions,
  output: string,
  clock: VirtualClock,
  model: World['model'],
): Promise<WorldRun> {
  const all: Inputs = {
    layers,
    layerName: undefined,
    regions: resolveRegions('regions', regions),
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
    timeout: 600_000,
    quietPeriod: 60_000,
    s3Bucket: undefined,
    output,
    endpoints: { lambda: undefined, s3: undefined },
    ...inputs,
  };
  const log = silentLogger();
  const networks = new Map<string, FaultyNetwork>();
  const started = clock.now();
  const checked = await check(all, new Problems());
  let asked = 0;
  const published = await run(all, checked, {
    log,
    clock,
    async identify() {
      if (asked++ > 0 && !staysValid) throw new Error('InvalidClientTokenId');
      return { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/test' };
    },
    openRegion(region, _account, signal) {
      const network = createFaultyNetwork(model(region), clock, rules(region));
      networks.set(region, network);
      return openModel(region, network, signal, credentials ?? lastingCredentials);
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
    time: clock.now() - started,
    requests: (region) => networks.get(region)?.requests ?? [],
  };
}
