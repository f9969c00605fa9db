import { expect, test } from 'vitest';
import { createLambdaClient, createLayerService } from '#lib/aws/lambda.ts';
import { createSecrets } from '#lib/aws/secrets.ts';
import { permanentCredentials } from '../../../fixtures/permanent-credentials.ts';
import { createLayer } from '../../../fixtures/published-layer.ts';

interface SentRequest {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Publishes a layer over a network that always breaks, and returns the sent requests. */
async function capture(bytes: Buffer): Promise<SentRequest[]> {
  const sent: SentRequest[] = [];
  const client = createLambdaClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async (request: SentRequest) => {
        sent.push(request);
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      },
    },
  });
  const service = createLayerService(client, {
    credentials: permanentCredentials,
    secrets: createSecrets(),
    signal: new AbortController().signal,
  });
  await service.publish(createLayer(), { bytes, sha256: 'f'.repeat(64) }).catch(() => undefined);
  return sent;
}

test('sends the shared buffer itself, signed over its hash', async () => {
  const bytes = Buffer.from('{"Content":{}}');
  const [request] = await capture(bytes);
  expect(request?.body).toBe(bytes);
  expect(request?.headers).toMatchObject({
    'content-length': String(bytes.length),
    'x-amz-content-sha256': 'f'.repeat(64),
  });
  expect(request?.headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/);
});

test('the SDK never retries a publish request', async () => {
  expect(await capture(Buffer.from('{}'))).toHaveLength(1);
});
