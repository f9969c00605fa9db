import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createConnections } from '#lib/aws/connections.ts';
import { createLambdaClient, createLayerService } from '#lib/aws/lambda.ts';
import { createSecrets } from '#lib/aws/secrets.ts';
import { permanentCredentials } from '../../../fixtures/permanent-credentials.ts';
import { createLayer } from '../../../fixtures/published-layer.ts';
import { serve } from '../../../stand-ins/file-server.ts';

test('reads share a connection, and an upload has its own and arrives unchanged', async () => {
  const sockets = new Map<Socket, string[]>();
  let received = '';
  await using server = await serve(async (request, response) => {
    sockets.set(request.socket, [...(sockets.get(request.socket) ?? []), `${request.method}`]);
    const hash = createHash('sha256');
    for await (const part of request) hash.update(part as Buffer);
    if (request.method === 'POST') received = `${request.headers['content-length']} ${hash.digest('hex')}`;
    response.setHeader('content-type', 'application/json');
    response.statusCode = request.method === 'POST' ? 201 : 200;
    response.end(JSON.stringify(request.method === 'POST' ? { Version: 1 } : { LayerVersions: [] }));
  });
  const connections = createConnections();
  const client = createLambdaClient({
    region: 'eu-west-1',
    endpoint: server.url,
    credentials: permanentCredentials.provide,
    requestHandler: { handle: connections.handle },
  });
  const service = createLayerService(client, {
    credentials: permanentCredentials,
    secrets: createSecrets(),
    signal: new AbortController().signal,
  });
  // More than one slice, and not a multiple of a slice.
  const bytes = randomBytes(1_300_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await service.findNewest('php-82');
  await service.publish(createLayer(), { bytes, sha256 });
  await service.findNewest('php-82');
  connections.close();
  expect(received).toBe(`${bytes.length} ${sha256}`);
  expect([...sockets.values()]).toEqual([['GET', 'GET'], ['POST']]);
});
