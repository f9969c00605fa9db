import { createHash } from 'node:crypto';
import { GetLayerVersionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ActionError } from '#lib/node/errors.ts';

/** `arn:aws:lambda:eu-west-3:123456789012:layer:php-82:7`, as AWS's API defines LayerVersionArn. */
const layerVersionArn = /^(arn:[a-zA-Z0-9-]+:lambda:([a-z0-9-]+):\d{12}:layer:([a-zA-Z0-9_-]+)):(\d+)$/;

export interface LayerVersionArn {
  readonly layerArn: string;
  readonly region: string;
  readonly name: string;
  readonly version: number;
}

/** Undefined for what is no ARN at all; throws an ActionError for one of anything but a layer version. */
export function parseLayerVersionArn(text: string): LayerVersionArn | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const [, layerArn = '', region = '', name = '', version = ''] = layerVersionArn.exec(text) ?? [];
  if (layerArn === '') {
    throw new ActionError(
      `"${text}" is not the ARN of a layer version: arn:aws:lambda:<region>:<account>:layer:<name>:<version>.`,
    );
  }
  return { layerArn, region, name, version: Number(version) };
}

/**
 * Downloads the zip of a published layer version, of any account that lets the caller read it, and checks it against
 * the hash that AWS names. GetLayerVersion takes an ARN as LayerName, so that the layer of another account is found
 * without GetLayerVersionByArn.
 */
export async function downloadLayer({ layerArn, region, version }: LayerVersionArn): Promise<Buffer> {
  const client = new LambdaClient({ region });
  const command = new GetLayerVersionCommand({ LayerName: layerArn, VersionNumber: version });
  const { Content } = await client.send(command).catch((cause: Error) => {
    throw new ActionError(`GetLayerVersion of ${layerArn}:${version} failed (${cause.name}).`, { cause });
  });
  const { Location, CodeSha256 } = Content ?? {};
  if (Location === undefined || CodeSha256 === undefined) {
    throw new ActionError(`AWS names neither address nor hash of ${layerArn}:${version}.`);
  }
  const zip = await download(Location);
  const found = createHash('sha256').update(zip).digest('base64');
  if (found !== CodeSha256) {
    throw new ActionError(
      `What was downloaded has CodeSha256 ${found}, and AWS says ${CodeSha256}: try again.`,
    );
  }
  return zip;
}

async function download(url: string): Promise<Buffer> {
  // The address is signed: in an error only its host may appear.
  const { host } = new URL(url);
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  } catch (cause) {
    throw new ActionError(`The layer's zip cannot be downloaded from ${host}.`, { cause });
  }
}
