import { ListLayerVersionsCommand } from '@aws-sdk/client-lambda';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { createLambdaClient } from '#lib/aws/lambda.ts';
import { findHomeRegion, resolveRegions } from '#lib/aws/regions.ts';
import { createS3Client } from '#lib/aws/s3.ts';
import { testRegions } from '../../../fixtures/regions.ts';

/** Returns the hosts that clients of a region send requests to. */
async function findHosts(region: string): Promise<readonly string[]> {
  const hosts: string[] = [];
  const config = {
    region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async ({ hostname }: { hostname: string }) => {
        hosts.push(hostname);
        throw new Error('no network');
      },
    },
  };
  const ignore = () => undefined;
  await createLambdaClient(config)
    .send(new ListLayerVersionsCommand({ LayerName: 'a' }))
    .catch(ignore);
  await createS3Client(config)
    .send(new HeadObjectCommand({ Bucket: 'layers', Key: 'a' }))
    .catch(ignore);
  await new STSClient({ ...config, maxAttempts: 1 }).send(new GetCallerIdentityCommand({})).catch(ignore);
  return hosts;
}

test.each([
  ['eu-south-2', 'eu-south-2', 'us-east-1', 'amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'cn-north-1', 'amazonaws.com.cn'],
  ['aws-us-gov', 'us-gov-east-1', 'us-gov-east-1', 'amazonaws.com'],
  ['aws-eusc', 'eusc-de-east-1', 'eusc-de-east-1', 'amazonaws.eu'],
])(
  '%s has its own endpoints, and STS in a region that every account has',
  async (item, region, home, suffix) => {
    expect(findHomeRegion(resolveRegions('Input "regions"', [item], testRegions), testRegions)).toBe(home);
    expect(await findHosts(region)).toEqual([
      `lambda.${region}.${suffix}`,
      `layers.s3.${region}.${suffix}`,
      `sts.${region}.${suffix}`,
    ]);
  },
);
