import { randomBytes } from 'node:crypto';
import { describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { Case } from '../cases/case.ts';
import type { Inputs } from '../inputs.ts';
import type { LambdaService } from '../lambda-service.ts';
import type { Outcome, Target } from '../target.ts';
import { deleteOrLog } from './cleanup.ts';
import { packCode } from './code.ts';
import { judgeFunction, judgeScript } from './execute.ts';
import { prepareLayers } from './layers.ts';

export interface LambdaDependencies {
  readonly connectLambda: (region: string | undefined) => Promise<LambdaService>;
  readonly log: Logger;
  /** Aborted to stop work early. */
  readonly signal: AbortSignal;
}

/** With this number of cases, requests stay well below Lambda's limit of 15 requests per second per region. */
const concurrentCases = 4;

/**
 * Opens Lambda as a target. Each case has its own function, which is deleted when the case is over. Disposal deletes the
 * layers that were published for the functions.
 *
 * @throws ActionError if a layer cannot be published
 */
export async function openLambda(
  inputs: Inputs,
  { connectLambda, log, signal }: LambdaDependencies,
): Promise<Target> {
  const service = await connectLambda(inputs.region);
  const prefix = `test-layer-${randomBytes(4).toString('hex')}`;
  log.info(
    `The names of temporary layers and functions in ${service.region} begin with ${prefix}. The run deletes all of them.`,
  );
  const prepared = await log.group('Publish the layers', () =>
    prepareLayers(inputs, prefix, service, log, signal),
  );
  return {
    kind: 'lambda',
    name: `Lambda in ${service.region} (${inputs.cpu})`,
    layers: prepared.layers,
    capacity: { cases: concurrentCases, memoryMegabytes: Number.POSITIVE_INFINITY },
    async execute(test, index) {
      const name = `${prefix}-case-${index}`;
      try {
        return await execute(test, name, prepared.arns, inputs, service, signal);
      } catch (error) {
        return { reasons: [describeError(error)], log: '' };
      } finally {
        await deleteOrLog('Function', name, () => service.deleteFunction(name), log);
      }
    },
    async [Symbol.asyncDispose]() {
      await prepared[Symbol.asyncDispose]();
      service.close();
    },
  };
}

async function execute(
  test: Case,
  name: string,
  layers: readonly string[],
  { cpu, role = '' }: Inputs,
  service: LambdaService,
  signal: AbortSignal,
): Promise<Outcome> {
  const handler = test.kind === 'script' ? 'script' : test.handler;
  const code = await packCode(test);
  await service.createFunction({ name, handler, code, role, layers, cpu, settings: test.settings }, signal);
  return test.kind === 'script'
    ? judgeScript(test, name, service, signal)
    : judgeFunction(test, name, service, signal);
}
