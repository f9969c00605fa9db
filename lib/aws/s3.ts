import { createReadStream, type ReadStream } from 'node:fs';
import {
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { Layer } from '#lib/layer/layer.ts';
import { readFault } from './faults.ts';
import { createCaller, type ServiceContext } from './lambda.ts';

/** A zip where Lambda can take it from: an object in the region that the layer is published to. */
export interface StagedObject {
  readonly bucket: string;
  readonly key: string;
}

/** The bucket of one region. Both calls may be done twice. */
export interface Staging {
  /** Whether the zip is there, with the bytes that it should have. */
  has(layer: Layer): Promise<boolean>;
  put(layer: Layer): Promise<void>;
  locate(layer: Layer): StagedObject;
}

export interface StagingOptions {
  readonly bucket: string;
  /** The bucket must be this account's: a bucket's name may be taken by anybody. */
  readonly account: string;
}

/** A client of one region that never retries by itself, as Lambda's. */
export function createS3Client(config: S3ClientConfig): S3Client {
  return new S3Client({ ...config, maxAttempts: 1, requestChecksumCalculation: 'WHEN_REQUIRED' });
}

/**
 * Objects are named after what is in them and stay: a run that goes on, or aligns numbers, finds them. A lifecycle
 * rule of the bucket removes them.
 */
export function createStaging(client: S3Client, options: StagingOptions, context: ServiceContext): Staging {
  const call = createCaller(context);
  const locate = (layer: Layer): StagedObject => ({
    bucket: options.bucket,
    key: `publish-layer/${layer.name}/${inHex(layer)}.zip`,
  });
  const address = (layer: Layer) => {
    const { bucket, key } = locate(layer);
    return { Bucket: bucket, Key: key, ExpectedBucketOwner: options.account };
  };
  return {
    locate,
    async has(layer) {
      try {
        const { ChecksumSHA256, ContentLength } = await call((sending) =>
          client.send(new HeadObjectCommand({ ...address(layer), ChecksumMode: 'ENABLED' }), sending),
        );
        return ChecksumSHA256 === layer.codeSha256 && ContentLength === layer.size;
      } catch (error) {
        // 403 is what S3 says of a missing object to those who may not list the bucket; sending it tells.
        if (error instanceof NotFound || readFault(error).status === 403) return false;
        throw error;
      }
    },
    async put(layer) {
      await call(async (sending) => {
        const zip = createReadStream(layer.path, { highWaterMark: 1024 * 1024 });
        try {
          await client.send(createPutCommand(layer, zip, address(layer)), sending);
        } finally {
          zip.destroy();
        }
      });
    },
  };
}

/** S3 compares what arrives with ChecksumSHA256, and keeps it. The signature is over the zip's hash, known before. */
function createPutCommand(
  layer: Layer,
  zip: ReadStream,
  address: { Bucket: string; Key: string; ExpectedBucketOwner: string },
): PutObjectCommand {
  const command = new PutObjectCommand({
    ...address,
    Body: zip,
    ContentLength: layer.size,
    ChecksumSHA256: layer.codeSha256,
  });
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers['x-amz-content-sha256'] = inHex(layer);
      return next(args);
    },
    { step: 'build', name: 'useKnownHash', priority: 'high' },
  );
  return command;
}

function inHex({ codeSha256 }: Layer): string {
  return Buffer.from(codeSha256, 'base64').toString('hex');
}
