import { readFile } from 'node:fs/promises';
import type { Logger } from '#lib/node/logger.ts';
import { hashLayer, type TestedLayer } from '#lib/sandbox/layers.ts';
import { type Inputs, isLayerArn } from '../inputs.ts';
import type { LambdaService } from '../lambda-service.ts';
import { deleteOrLog } from './cleanup.ts';

/** Layers with the ARNs that functions use. Disposal deletes the layers that were published for the tests. */
export interface PreparedLayers extends AsyncDisposable {
  readonly layers: readonly TestedLayer[];
  readonly arns: readonly string[];
}

/**
 * Publishes the zips as private layers under temporary names. Layers that are given as ARNs are used unchanged.
 *
 * @throws ActionError if a layer cannot be published. The layers published before are deleted.
 */
export async function prepareLayers(
  { layers, cpu }: Inputs,
  prefix: string,
  service: LambdaService,
  log: Logger,
  signal: AbortSignal,
): Promise<PreparedLayers> {
  const prepared: (TestedLayer & { readonly arn: string })[] = [];
  const names: string[] = [];
  const dispose = async () => {
    for (const name of names) await deleteOrLog('Layer', name, () => service.deleteLayer(name), log);
  };
  try {
    for (const [index, layer] of layers.entries()) {
      signal.throwIfAborted();
      if (isLayerArn(layer)) {
        prepared.push({ layer, sha256: 'as published', arn: layer });
        continue;
      }
      const sha256 = await hashLayer(layer);
      const name = `${prefix}-${index}`;
      names.push(name);
      const arn = await service.publishLayer(name, await readFile(layer), cpu);
      log.info(`${layer}: ${arn}, SHA-256 of the zip ${sha256}`);
      prepared.push({ layer, sha256, arn });
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { layers: prepared, arns: prepared.map(({ arn }) => arn), [Symbol.asyncDispose]: dispose };
}
