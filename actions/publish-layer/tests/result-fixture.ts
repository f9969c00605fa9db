import type { LayerResult } from '../src/reconcile/result.ts';

/** A layer that was published; a test states only what matters to it. */
export function createResult({
  number = 3,
  ...changes
}: Partial<LayerResult> & { number?: number }): LayerResult {
  const { region = 'eu-west-1', layer = 'php-82' } = changes;
  return {
    region,
    layer,
    outcome: 'published',
    version: {
      version: number,
      arn: `arn:aws:lambda:${region}:123456789012:layer:${layer}:${number}`,
      codeSha256: 'sha',
      architectures: ['x86_64'],
      runtimes: [],
      description: undefined,
      license: undefined,
      grants: [{ statementId: 'public', to: 'everyone' }],
    },
    cause: undefined,
    notes: [],
    isOptional: false,
    ...changes,
  };
}

/** A layer that failed. */
export function createFailure(changes: Partial<LayerResult> = {}): LayerResult {
  return createResult({
    region: 'us-east-1',
    outcome: 'failed',
    version: undefined,
    cause: 'ListLayerVersions: denied | <b>\nAllow it.',
    ...changes,
  });
}
