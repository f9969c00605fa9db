import { createHash } from 'node:crypto';
import { GetLayerVersionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ActionError } from '#lib/node/errors.ts';

/** Pattern of LayerVersionArn in Lambda's API: `arn:aws:lambda:eu-west-3:123456789012:layer:php-82:7`. */
const layerVersionArn = /^(arn:[a-zA-Z0-9-]+:lambda:([a-z0-9-]+):\d{12}:layer:([a-zA-Z0-9_-]+)):(\d+)$/;

export interface LayerVersionArn {
  readonly layerArn: string;
  readonly region: string;
  readonly name: string;
  readonly version: number;
}

/**
 * Parses the ARN of a layer version. Returns undefined if the text is not an ARN.
 *
 * @throws ActionError if it is an ARN, but not of a layer version
 */
export function parseLayerVersionArn(text: string): LayerVersionArn | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const [, layerArn = '', region = '', name = '', version = ''] = layerVersionArn.exec(text) ?? [];
  if (layerArn === '') {
    throw new ActionError(
      `"${text}" must be the ARN of a layer version, arn:aws:lambda:<region>:<account>:layer:<name>:<version>.`,
    );
  }
  return { layerArn, region, name, version: Number(version) };
}

/**
 * Downloads the zip of a published layer version and checks its hash. GetLayerVersion accepts an ARN as LayerName, so
 * this works for every account that lets the caller read the layer.
 *
 * @throws ActionError if AWS refuses, or if the download fails or has another hash
 */
export async function downloadLayer({ layerArn, region, version }: LayerVersionArn): Promise<Buffer> {
  const client = new LambdaClient({ region });
  const command = new GetLayerVersionCommand({ LayerName: layerArn, VersionNumber: version });
  const { Content } = await client.send(command).catch((cause: Error) => {
    throw new ActionError(`GetLayerVersion of ${layerArn}:${version} failed (${cause.name}).`, { cause });
  });
  const { Location, CodeSha256 } = Content ?? {};
  if (Location === undefined || CodeSha256 === undefined) {
    throw new ActionError(`AWS's response for ${layerArn}:${version} has no download address or no hash.`);
  }
  const zip = await download(Location);
  const actual = createHash('sha256').update(zip).digest('base64');
  if (actual !== CodeSha256) {
    throw new ActionError(
      `The downloaded zip has CodeSha256 ${actual}, but AWS states ${CodeSha256}. Try again.`,
    );
  }
  return zip;
}

async function download(url: string): Promise<Buffer> {
  // The address contains a signature, so errors may name only its host.
  const { host } = new URL(url);
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    throw new ActionError(`The layer's zip could not be downloaded from ${host}.`, { cause });
  }
}
