import type { LayerResult } from '../src/reconcile/result.ts';

/** Creates the result of a published layer. */
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
      grants: [{ statementId: 'public', grantee: 'everyone' }],
    },
    cause: undefined,
    notes: [],
    isOptional: false,
    ...changes,
  };
}

/** Creates the result of a failed layer. */
export function createFailure(changes: Partial<LayerResult> = {}): LayerResult {
  return createResult({
    region: 'us-east-1',
    outcome: 'failed',
    version: undefined,
    cause: 'ListLayerVersions: denied | <b>\nAllow it.',
    ...changes,
  });
}
