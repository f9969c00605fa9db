import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { createLambdaClient } from '#lib/aws/lambda.ts';
import { createRequestBody } from '#lib/aws/request-body.ts';
import { createLayer, sha256 } from '../../../fixtures/published-layer.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { readBody } from '../../../stand-ins/faulty-network.ts';

const stepBytes = 384 * 1024;

test.each([1, 2, 3, 4, stepBytes - 1, stepBytes, stepBytes + 1, 2 * stepBytes + 2])(
  'has the same JSON as the SDK for a zip of %i bytes',
  async (sizeBytes) => {
    await using folder = await temporaryFolder();
    const zip = randomBytes(sizeBytes);
    const path = join(folder.path, 'layer.zip');
    await writeFile(path, zip);
    const texts = { description: 'PHP "8.2" ü', license: 'MIT' };
    const { bytes, sha256: hash } = await createRequestBody(
      createLayer({ path, sizeBytes, codeSha256: sha256(zip), ...texts }),
    );
    expect(JSON.parse(bytes.toString())).toEqual(JSON.parse(await serializeBySdk(zip)));
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  },
);

test('refuses a zip that changed after its check', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'layer.zip');
  await writeFile(path, 'other');
  await expect(createRequestBody(createLayer({ path, sizeBytes: 5 }))).rejects.toThrow(
    /layer.zip changed during publishing\. Run again/,
  );
});

async function serializeBySdk(zip: Buffer): Promise<string> {
  let body = '';
  const client = createLambdaClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async (request: { body: string | Uint8Array }) => {
        body = await readBody(request.body);
        throw new Error('no network');
      },
    },
  });
  const command = new PublishLayerVersionCommand({
    LayerName: 'php-82',
    Content: { ZipFile: zip },
    CompatibleArchitectures: ['x86_64'],
    CompatibleRuntimes: ['provided.al2023'],
    Description: 'PHP "8.2" ü',
    LicenseInfo: 'MIT',
  });
  await client.send(command).catch(() => undefined);
  return body;
}
