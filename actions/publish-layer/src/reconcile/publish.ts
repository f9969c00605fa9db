import { CallError } from '#lib/aws/call-error.ts';
import { waitWithin } from '#lib/aws/deadline.ts';
import { classifyFault, describeFault } from '#lib/aws/faults.ts';
import { chooseWait, retryLimits } from '#lib/aws/retry.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { directUploadLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError } from '#lib/node/errors.ts';

import { watchFor } from './observe.ts';
import { findContentDifferences } from './plan-layer.ts';
import type { RegionContext } from './region-context.ts';

/**
 * Makes a version after `before`: sends the layer, and again only when it is certain that none came of it. After a
 * refusal for the time being that is at once, after an unclear answer only when the region showed no new version for
 * the quiet period. Throws a CallError where no retry mends it.
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
        notes.push(`version ${before + 1} seems to be of an earlier try; ${version} is used`);
      }
      return version;
    } catch (error) {
      const kind = classifyFault(error);
      if (kind === 'unclear') {
        const late = await waitForAnswerless(layer, before, error, context);
        if (late !== undefined) {
          notes.push('the answer was lost, the version was found');
          return late;
        }
      }
      await journal.settled(region, layer.name);
      if (error instanceof ActionError) throw error;
      if (kind === 'refused' || attempt >= retryLimits.attempts)
        throw new CallError('PublishLayerVersion', error);
      const fault = describeFault('PublishLayerVersion', error);
      await waitWithin(deadline, chooseWait(attempt, error, deadline.clock), fault);
    }
  }
}

/** One try, when it is the region's turn. Waiting for that, and for the body, is not the region's own time. */
async function send(layer: Layer, before: number, context: RegionContext): Promise<number> {
  const { api, bodies, deadline, journal, region, uploads } = context;
  const publish = async (content: Parameters<typeof api.publish>[1]) => {
    await journal.sent(region, layer.name, before, deadline.remaining);
    return api.publish(layer, content);
  };
  deadline.pause();
  return uploads.take(layer.name, region, async () => {
    if (layer.size <= directUploadLimitBytes) {
      return bodies.use(layer, (body) => {
        deadline.resume();
        return publish(body);
      });
    }
    deadline.resume();
    if (api.stage === undefined)
      throw new Error(`${layer.path} is too large to be sent, and there is no bucket`);
    return publish(await api.stage(layer));
  });
}

/** The version that a request without a clear answer made after all, if one appears within the quiet period. */
async function waitForAnswerless(
  layer: Layer,
  before: number,
  error: unknown,
  context: RegionContext,
): Promise<number | undefined> {
  const { api, deadline, journal, quietPeriod, region, unclear } = context;
  unclear.add(layer.name);
  await journal.unclear(region, layer.name, before);
  const fault = describeFault('PublishLayerVersion', error);
  context.say(`${layer.name}: no clear answer; watching for ${quietPeriod / 1000} s (${fault})`);
  const until = deadline.clock.now() + quietPeriod;
  const pending = `${fault}; it may still make a version, which the next run finds`;
  const late = await watchFor(layer.name, before, until, pending, context);
  if (late === undefined) return undefined;
  const differences = findContentDifferences(layer, await api.describe(layer.name, late));
  if (differences.length > 0) throw foreignVersion(layer, late);
  return late;
}

export function foreignVersion(layer: Layer, version: number): ActionError {
  return new ActionError(
    `Version ${version} of ${layer.name} appeared meanwhile with other content: somebody else publishes this layer ` +
      'at the same time. Let one of the two finish, and run again.',
  );
}
