import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { createLambdaClient } from '#lib/aws/lambda.ts';
import { createRequestBody } from '#lib/aws/request-body.ts';
import { createLayer, sha256 } from '../../../../actions/publish-layer/tests/layer-fixture.ts';
import { readBody } from '../../../helpers/faulty-network.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

const step = 384 * 1024;

test.each([1, 2, 3, 4, step - 1, step, step + 1, 2 * step + 2])(
  'of a zip of %i bytes it says what the SDK itself would send',
  async (size) => {
    await using folder = await temporaryFolder();
    const zip = randomBytes(size);
    const path = join(folder.path, 'layer.zip');
    await writeFile(path, zip);
    const texts = { description: 'PHP "8.2" ü', license: 'MIT' };
    const { bytes, sha256: hash } = await createRequestBody(
      createLayer({ path, size, codeSha256: sha256(zip), ...texts }),
    );
    expect(JSON.parse(bytes.toString())).toEqual(JSON.parse(await serialiseBySdk(zip)));
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  },
);

test('a zip that is no longer the one that was checked is refused', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'layer.zip');
  await writeFile(path, 'other');
  await expect(createRequestBody(createLayer({ path, size: 5 }))).rejects.toThrow(
    /layer.zip changed while it was being published; run again/,
  );
});

async function serialiseBySdk(zip: Buffer): Promise<string> {
  let body = '';
  const client = createLambdaClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async (request: { body: string | Uint8Array }) => {
        body = await readBody(request.body);
        throw new Error('far enough');
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
