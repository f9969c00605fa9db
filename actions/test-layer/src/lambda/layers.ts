import type { Logger } from '#lib/node/logger.ts';
import { identify, readZip, type TestedLayer } from '#lib/sandbox/layers.ts';
import { type Inputs, isLayerArn } from '../inputs.ts';
import { deleteOrName } from './cleanup.ts';
import type { LambdaService } from './service.ts';

/** Layers as functions name them. Disposed of, those that were published for this are deleted. */
export interface ObtainedLayers extends AsyncDisposable {
  readonly layers: readonly TestedLayer[];
  readonly arns: readonly string[];
}

/**
 * Publishes the zips under temporary names, visible to nobody else; layers that are ARNs stay what they are.
 *
 * @throws ActionError where one cannot be published; those before it are deleted again
 */
export async function obtainLayers(
  { layers, cpu }: Inputs,
  prefix: string,
  service: LambdaService,
  log: Logger,
  signal: AbortSignal,
): Promise<ObtainedLayers> {
  const obtained: (TestedLayer & { readonly arn: string })[] = [];
  const names: string[] = [];
  const dispose = async () => {
    for (const name of names) await deleteOrName('Layer', name, () => service.deleteLayer(name), log);
  };
  try {
    for (const [index, layer] of layers.entries()) {
      signal.throwIfAborted();
      if (isLayerArn(layer)) {
        obtained.push({ layer, sha256: 'as published', arn: layer });
        continue;
      }
      const zip = await readZip(layer);
      const sha256 = await identify(layer, zip);
      const name = `${prefix}-${index}`;
      names.push(name);
      const arn = await service.publishLayer(name, zip, cpu);
      log.info(`${layer}: ${arn}; zip has SHA-256 ${sha256}`);
      obtained.push({ layer, sha256, arn });
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { layers: obtained, arns: obtained.map(({ arn }) => arn), [Symbol.asyncDispose]: dispose };
}
