import { CallError } from '#lib/aws/call-error.ts';
import { waitWithin } from '#lib/aws/deadline.ts';
import { classifyFault, describeFault } from '#lib/aws/faults.ts';
import { chooseDelayMs, retryLimits } from '#lib/aws/retry.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { directUploadLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError } from '#lib/node/errors.ts';
import { findContentDifferences } from './plan-layer.ts';
import type { RegionContext } from './region-context.ts';
import { watchForVersion } from './watch.ts';

/**
 * Creates a layer version newer than `before` and returns its number. Sends the layer again only if the last request
 * created none. That is certain after throttling and if no connection was made. After an unclear response, it counts as
 * certain if the region shows no new layer version during the quiet period.
 *
 * @throws CallError if a retry does not help or all attempts failed
 */
export async function publishOnce(
  layer: Layer,
  before: number,
  context: RegionContext,
  notes: string[],
): Promise<number> {
  const { deadline, journal, region } = context;
  for (let attempt = 1; ; attempt++) {
    try {
      const version = await send(layer, before, context);
      if (version > before + 1 && attempt > 1) {
        notes.push(
          `version ${before + 1} probably comes from an earlier attempt; version ${version} is used`,
        );
      }
      return version;
    } catch (error) {
      const kind = classifyFault(error);
      if (kind === 'unclear') {
        const late = await watchUnclearRequest(layer, before, error, context);
        if (late !== undefined) {
          notes.push('the response was lost; the version was found');
          return late;
        }
      }
      await journal.recordSettled(region, layer.name);
      if (error instanceof ActionError) throw error;
      if (kind === 'refused' || attempt >= retryLimits.attempts) {
        throw new CallError('PublishLayerVersion', error);
      }
      const fault = describeFault('PublishLayerVersion', error);
      await waitWithin(deadline, chooseDelayMs(attempt, error, deadline.clock), fault);
    }
  }
}

/** Makes one attempt. The region's time limit does not run while it waits for its turn and for the request body. */
async function send(layer: Layer, before: number, context: RegionContext): Promise<number> {
  const { api, bodies, deadline, journal, region, uploads } = context;
  const publish = async (content: Parameters<typeof api.publish>[1]) => {
    await journal.recordSent(region, layer.name, before, deadline.remainingMs);
    return api.publish(layer, content);
  };
  deadline.pause();
  return uploads.run(layer.name, region, async () => {
    if (layer.sizeBytes <= directUploadLimitBytes) {
      return bodies.use(layer, (body) => {
        deadline.resume();
        return publish(body);
      });
    }
    deadline.resume();
    if (api.stage === undefined) {
      throw new Error(`${layer.path} is too large for a direct upload, and there is no bucket`);
    }
    return publish(await api.stage(layer));
  });
}

/** Watches the region for the quiet period. Returns the layer version that the request created, if one appears. */
async function watchUnclearRequest(
  layer: Layer,
  before: number,
  error: unknown,
  context: RegionContext,
): Promise<number | undefined> {
  const { api, deadline, journal, quietPeriodMs, region, unclearLayers } = context;
  unclearLayers.add(layer.name);
  await journal.recordUnclear(region, layer.name, before);
  const fault = describeFault('PublishLayerVersion', error);
  context.log(`${layer.name}: unclear response, watching for ${quietPeriodMs / 1000} s (${fault})`);
  const until = deadline.clock.now() + quietPeriodMs;
  const pending = `${fault}; the request may still create a version, which the next run finds`;
  const late = await watchForVersion(layer.name, before, until, pending, context);
  if (late === undefined) return undefined;
  const differences = findContentDifferences(layer, await api.describe(layer.name, late));
  if (differences.length > 0) throw foreignVersionError(layer, late);
  return late;
}

export function foreignVersionError(layer: Layer, version: number): ActionError {
  return new ActionError(
    `Version ${version} of ${layer.name} appeared with different content: another publisher is working on this layer ` +
      'at the same time. Let it finish, and run again.',
  );
}
