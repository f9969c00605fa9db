import { expect, test } from 'vitest';
import { createLambdaClient, createLayerService } from '#lib/aws/lambda.ts';
import { createSecrets } from '#lib/aws/secrets.ts';
import { createLayer } from '../../../../actions/publish-layer/tests/layer-fixture.ts';
import { lastingCredentials } from '../../../../actions/publish-layer/tests/region-fixture.ts';

interface SentRequest {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** What goes out when a layer is published over a client whose network always breaks. */
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
    credentials: lastingCredentials,
    secrets: createSecrets(),
    signal: new AbortController().signal,
  });
  await service.publish(createLayer(), { bytes, sha256: 'f'.repeat(64) }).catch(() => undefined);
  return sent;
}

test('a layer is sent as the very buffer that serves all regions, signed over its hash', async () => {
  const bytes = Buffer.from('{"Content":{}}');
  const [request] = await capture(bytes);
  expect(request?.body).toBe(bytes);
  expect(request?.headers).toMatchObject({
    'content-length': String(bytes.length),
    'x-amz-content-sha256': 'f'.repeat(64),
  });
  expect(request?.headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/);
});

test('the SDK never sends a layer a second time by itself', async () => {
  expect(await capture(Buffer.from('{}'))).toHaveLength(1);
});
