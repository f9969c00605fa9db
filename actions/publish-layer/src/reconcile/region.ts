import { CallError, explainUnknownToken } from '#lib/aws/call-error.ts';
import { isUnknownToken } from '#lib/aws/faults.ts';
import type { Region } from '#lib/aws/regions.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { ActionError } from '#lib/node/errors.ts';
import { lookAgain, type Reconciled, raiseVersion, reconcileLayer } from './reconcile.ts';
import type { RegionContext } from './region-context.ts';
import { explainFailure, type LayerResult, toOutcome } from './result.ts';

/** One region through a whole run. A failure is a result like any other; nothing here throws. */
export interface RegionRun {
  readonly name: string;
  /** Every layer, one after another. */
  reconcile(layers: readonly Layer[]): Promise<readonly LayerResult[]>;
  /** Publishes the layer again until it has the number `target`. */
  raise(layer: Layer, result: LayerResult, target: number): Promise<LayerResult>;
  /** Looks again at a layer of which a request got no clear answer; any other is left as it is. */
  lookAgain(layer: Layer, result: LayerResult): Promise<LayerResult>;
}

export interface RegionOptions {
  readonly region: Region;
  readonly isOptional: boolean;
  readonly context: RegionContext;
  /** Whether STS, in a region that every account has, accepts the credentials now. */
  areCredentialsValid(): Promise<boolean>;
  /** Told what became of each layer when it is first done. */
  onResult(result: LayerResult): void;
  /** Told the stack of what is a defect. */
  onDefect(error: unknown): void;
}

type Done = Pick<LayerResult, 'outcome' | 'version' | 'notes'> & { readonly cause?: string };

export function createRegionRun(options: RegionOptions): RegionRun {
  const { context, isOptional, region } = options;

  async function explain(error: unknown): Promise<string> {
    if (!(error instanceof ActionError)) options.onDefect(error);
    const isUnknown = error instanceof CallError && isUnknownToken(error.cause);
    const remedy = isUnknown
      ? explainUnknownToken(await options.areCredentialsValid(), region.optIn)
      : undefined;
    return explainFailure(error, remedy);
  }

  async function attempt(layer: Layer, work: () => Promise<Done>): Promise<LayerResult> {
    context.deadline.resume();
    const common = { region: region.name, layer: layer.name, isOptional, cause: undefined };
    let result: LayerResult;
    try {
      result = { ...common, ...(await work()) };
    } catch (error) {
      result = { ...common, outcome: 'failed', version: undefined, cause: await explain(error), notes: [] };
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
    raise(layer, result, target) {
      context.say(`${layer.name}: publishing it again, to reach version ${target}`);
      return attempt(layer, async () => {
        const from = result.version?.version ?? 0;
        const { version, notes } = await raiseVersion(layer, { from, target }, context);
        return { outcome: 'published', version, notes: [...result.notes, ...notes] };
      });
    },
    async lookAgain(layer, result) {
      const seen = result.version;
      if (!context.unclear.has(layer.name) || seen === undefined) return result;
      return attempt(layer, async () => {
        const { version, notes } = await lookAgain(layer, seen, context);
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
