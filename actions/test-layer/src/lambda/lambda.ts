import { randomBytes } from 'node:crypto';
import { describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { Case } from '../cases/case.ts';
import type { Inputs } from '../inputs.ts';
import type { Outcome, Target } from '../target.ts';
import { deleteOrName } from './cleanup.ts';
import { packCode } from './code.ts';
import { judgeFunction, judgeScript } from './execute.ts';
import { obtainLayers } from './layers.ts';
import type { LambdaService } from './service.ts';

export interface LambdaNeeds {
  readonly connectLambda: (region: string | undefined) => Promise<LambdaService>;
  readonly log: Logger;
  /** Aborted when work is to stop early. */
  readonly signal: AbortSignal;
}

/** Cases at once: creating, asking and deleting stay well below the 15 requests a second that an account has. */
const casesAtOnce = 4;

/**
 * Real functions: each case has one of its own, which is deleted when it is over. Disposed of, the layers that were
 * published for them are gone too.
 *
 * @throws ActionError where a layer cannot be published
 */
export async function openLambda(
  inputs: Inputs,
  { connectLambda, log, signal }: LambdaNeeds,
): Promise<Target> {
  const service = await connectLambda(inputs.region);
  const prefix = `test-layer-${randomBytes(4).toString('hex')}`;
  log.info(`What is made in ${service.region} begins with ${prefix} and is deleted at the end.`);
  const obtained = await log.group('Publish the layers', () =>
    obtainLayers(inputs, prefix, service, log, signal),
  );
  return {
    kind: 'lambda',
    name: `Lambda in ${service.region} (${inputs.cpu})`,
    layers: obtained.layers,
    capacity: { cases: casesAtOnce, memory: Number.POSITIVE_INFINITY },
    async execute(test, index) {
      const name = `${prefix}-case-${index}`;
      try {
        return await execute(test, name, obtained.arns, inputs, service, signal);
      } catch (error) {
        return { reasons: [describeError(error)], log: '' };
      } finally {
        await deleteOrName('Function', name, () => service.deleteFunction(name), log);
      }
    },
    async [Symbol.asyncDispose]() {
      await obtained[Symbol.asyncDispose]();
      service.close();
    },
  };
}

async function execute(
  test: Case,
  name: string,
  layers: readonly string[],
  { cpu, role = '', entrypoint }: Inputs,
  service: LambdaService,
  signal: AbortSignal,
): Promise<Outcome> {
  const handler = test.kind === 'script' ? 'script' : test.handler;
  const code = await packCode(test, entrypoint);
  await service.createFunction({ name, handler, code, role, layers, cpu, settings: test.settings }, signal);
  return test.kind === 'script'
    ? judgeScript(test, name, service, signal)
    : judgeFunction(test, name, service, signal);
}
