import { createReadStream, type ReadStream } from 'node:fs';
import {
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { Layer } from '#lib/layer/layer.ts';
import { type CallContext, createCaller } from './caller.ts';
import { readFault } from './faults.ts';

/** A zip in S3, in the region in which the layer is published. Lambda copies it from there. */
export interface StagedObject {
  readonly bucket: string;
  readonly key: string;
}

/** The bucket of one region. `has` and `put` are safe to repeat. */
export interface Staging {
  /** Whether the bucket has the zip with the right bytes. */
  has(layer: Layer): Promise<boolean>;
  put(layer: Layer): Promise<void>;
  locate(layer: Layer): StagedObject;
}

export interface StagingOptions {
  readonly bucket: string;
  /** Owner of the bucket. Bucket names are guessable, so another account may own this one. */
  readonly account: string;
}

/** Creates a client of one region that never retries. */
export function createS3Client(config: S3ClientConfig): S3Client {
  return new S3Client({ ...config, maxAttempts: 1, requestChecksumCalculation: 'WHEN_REQUIRED' });
}

/**
 * Creates the access to a bucket. Objects are named after their hash and are never deleted here, so that later requests
 * and runs can use them again. A lifecycle rule of the bucket removes them.
 */
export function createStaging(client: S3Client, options: StagingOptions, context: CallContext): Staging {
  const call = createCaller(context);
  const locate = (layer: Layer): StagedObject => ({
    bucket: options.bucket,
    key: `publish-layer/${layer.name}/${toHex(layer)}.zip`,
  });
  const address = (layer: Layer) => {
    const { bucket, key } = locate(layer);
    return { Bucket: bucket, Key: key, ExpectedBucketOwner: options.account };
  };
  return {
    locate,
    async has(layer) {
      try {
        const { ChecksumSHA256, ContentLength } = await call((callOptions) =>
          client.send(new HeadObjectCommand({ ...address(layer), ChecksumMode: 'ENABLED' }), callOptions),
        );
        return ChecksumSHA256 === layer.codeSha256 && ContentLength === layer.sizeBytes;
      } catch (error) {
        // S3 returns 403 for a missing object if the caller may not list the bucket.
        if (error instanceof NotFound || readFault(error).status === 403) return false;
        throw error;
      }
    },
    async put(layer) {
      await call(async (callOptions) => {
        const zip = createReadStream(layer.path, { highWaterMark: 1024 * 1024 });
        try {
          await client.send(createPutCommand(layer, zip, address(layer)), callOptions);
        } finally {
          zip.destroy();
        }
      });
    },
  };
}

/** S3 verifies the body against ChecksumSHA256 and stores this hash. The same hash is used for the signature. */
function createPutCommand(
  layer: Layer,
  zip: ReadStream,
  address: { Bucket: string; Key: string; ExpectedBucketOwner: string },
): PutObjectCommand {
  const command = new PutObjectCommand({
    ...address,
    Body: zip,
    ContentLength: layer.sizeBytes,
    ChecksumSHA256: layer.codeSha256,
  });
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers['x-amz-content-sha256'] = toHex(layer);
      return next(args);
    },
    { step: 'build', name: 'useKnownHash', priority: 'high' },
  );
  return command;
}

function toHex({ codeSha256 }: Layer): string {
  return Buffer.from(codeSha256, 'base64').toString('hex');
}
