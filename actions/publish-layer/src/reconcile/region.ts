import { CallError, explainFailure, explainUnknownToken } from '#lib/aws/call-error.ts';
import { isUnknownToken } from '#lib/aws/faults.ts';
import type { Region } from '#lib/aws/regions.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { ActionError } from '#lib/node/errors.ts';
import { publishUpTo, type Reconciled, recheckLayer, reconcileLayer } from './reconcile.ts';
import type { RegionContext } from './region-context.ts';
import { type LayerResult, toOutcome } from './result.ts';

/** The run of one region. A failure is a result; nothing here throws. */
export interface RegionRun {
  readonly name: string;
  /** Reconciles the layers one after another. */
  reconcile(layers: readonly Layer[]): Promise<readonly LayerResult[]>;
  /** Publishes the layer again until it has the number `target`. */
  align(layer: Layer, result: LayerResult, target: number): Promise<LayerResult>;
  /** Checks a layer again if it had an unclear response. Returns the result of any other layer unchanged. */
  recheck(layer: Layer, result: LayerResult): Promise<LayerResult>;
}

export interface RegionOptions {
  readonly region: Region;
  readonly isOptional: boolean;
  readonly context: RegionContext;
  /** Whether STS, in a region that every account has, accepts the credentials now. */
  areCredentialsValid(): Promise<boolean>;
  /** Called with the first result of each layer. */
  onResult(result: LayerResult): void;
  /** Called with each unexpected error. */
  onDefect(error: unknown): void;
}

type Done = Pick<LayerResult, 'outcome' | 'version' | 'notes'> & { readonly cause?: string };

export function createRegionRun(options: RegionOptions): RegionRun {
  const { context, isOptional, region } = options;

  async function explain(error: unknown): Promise<string> {
    if (!(error instanceof ActionError)) options.onDefect(error);
    const isUnknown = error instanceof CallError && isUnknownToken(error.cause);
    return isUnknown
      ? explainFailure(error, explainUnknownToken(await options.areCredentialsValid(), region.optIn))
      : explainFailure(error);
  }

  async function attempt(layer: Layer, work: () => Promise<Done>): Promise<LayerResult> {
    context.deadline.resume();
    const identity = { region: region.name, layer: layer.name, isOptional, cause: undefined };
    let result: LayerResult;
    try {
      result = { ...identity, ...(await work()) };
    } catch (error) {
      result = { ...identity, outcome: 'failed', version: undefined, cause: await explain(error), notes: [] };
    } finally {
      context.deadline.pause();
    }
    return result;
  }

  return {
    name: region.name,
    async reconcile(layers) {
      const results: LayerResult[] = [];
      for (const layer of layers) {
        const result = await attempt(layer, async () =>
          toDone(await reconcileLayer(layer, context), context.isDryRun),
        );
        options.onResult(result);
        results.push(result);
      }
      return results;
    },
    align(layer, result, target) {
      context.log(`${layer.name}: publishing again to reach version ${target}`);
      return attempt(layer, async () => {
        const from = result.version?.version ?? 0;
        const { version, notes } = await publishUpTo(layer, { from, target }, context);
        return { outcome: 'published', version, notes: [...result.notes, ...notes] };
      });
    },
    async recheck(layer, result) {
      const known = result.version;
      if (!context.unclearLayers.has(layer.name) || known === undefined) return result;
      return attempt(layer, async () => {
        const { version, notes } = await recheckLayer(layer, known, context);
        return { outcome: result.outcome, version, notes: [...result.notes, ...notes] };
      });
    },
  };
}

function toDone({ plan, version, notes }: Reconciled, isDryRun: boolean): Done {
  return {
    outcome: toOutcome(plan, isDryRun),
    version,
    ...(plan.action === 'withdraw' && { cause: plan.reasons.join(', ') }),
    notes: isDryRun ? [...plan.reasons, ...notes] : notes,
  };
}
