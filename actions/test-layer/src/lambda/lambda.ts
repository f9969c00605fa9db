import { randomBytes } from 'node:crypto';
import { describeError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { Case } from '../cases/case.ts';
import { type Inputs, isLayerArn } from '../inputs.ts';
import { identify, readZip, type TestedLayer } from '../sandbox/layers.ts';
import type { Target } from '../target.ts';
import { packCode } from './code.ts';
import { judgeFunction, judgeScript } from './execute.ts';
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
 * Real functions: the layers are published under temporary names, unless they are ARNs, and each case has a function
 * of its own, which is deleted when it is over. Disposed of, nothing that was made is left.
 *
 * @throws ActionError where a layer cannot be published
 */
export async function openLambda(
  inputs: Inputs,
  { connectLambda, log, signal }: LambdaNeeds,
): Promise<Target> {
  const service = await connectLambda(inputs.region);
  const prefix = `test-layer-${randomBytes(4).toString('hex')}`;
  const published: string[] = [];
  const dispose = async () => {
    await deleteAll(published, (name) => service.deleteLayer(name), 'Layer', log);
    service.close();
  };
  try {
    log.info(`What is made in ${service.region} begins with ${prefix} and is deleted at the end.`);
    const layers: (TestedLayer & { readonly arn: string })[] = [];
    await log.group('Publish the layers', async () => {
      for (const [index, layer] of inputs.layers.entries()) {
        signal.throwIfAborted();
        layers.push(await obtain(layer, `${prefix}-${index}`));
      }
    });
    return {
      kind: 'lambda',
      name: `Lambda in ${service.region} (${inputs.cpu})`,
      layers,
      capacity: { cases: casesAtOnce, memory: Number.POSITIVE_INFINITY },
      execute: async (test, index) => execute(test, `${prefix}-case-${index}`, layers),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }

  async function obtain(layer: string, name: string): Promise<TestedLayer & { readonly arn: string }> {
    if (isLayerArn(layer)) return { layer, sha256: 'as published', arn: layer };
    const zip = await readZip(layer);
    const sha256 = await identify(layer, zip);
    published.push(name);
    const arn = await service.publishLayer(name, zip, inputs.cpu);
    log.info(`${layer}: ${arn}; zip has SHA-256 ${sha256}`);
    return { layer, sha256, arn };
  }

  async function execute(test: Case, name: string, layers: readonly { readonly arn: string }[]) {
    try {
      const { settings } = test;
      const handler = test.kind === 'script' ? 'script' : test.handler;
      const code = await packCode(test, inputs.entrypoint);
      const arns = layers.map(({ arn }) => arn);
      const wanted = {
        name,
        handler,
        code,
        role: inputs.role ?? '',
        layers: arns,
        cpu: inputs.cpu,
        settings,
      };
      await service.createFunction(wanted, signal);
      return test.kind === 'script'
        ? await judgeScript(test, name, service, signal)
        : await judgeFunction(test, name, service, signal);
    } catch (error) {
      return { reasons: [describeError(error)], log: '' };
    } finally {
      await deleteAll([name], (it) => service.deleteFunction(it), 'Function', log);
    }
  }
}

/** One that cannot be deleted does not keep others from being so, and is named. */
async function deleteAll(
  names: readonly string[],
  remove: (name: string) => Promise<void>,
  kind: 'Layer' | 'Function',
  log: Logger,
): Promise<void> {
  for (const name of names) {
    try {
      await remove(name);
    } catch (error) {
      log.error(`${kind} ${name} is left behind, delete it by hand: ${describeError(error)}`);
    }
  }
}
