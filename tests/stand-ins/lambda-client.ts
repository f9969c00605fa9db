import { LambdaClient } from '@aws-sdk/client-lambda';

/** Creates a client of a local server. It ignores the AWS configuration of the machine. */
export function createLambdaClient(endpoint: string, region: string): LambdaClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new LambdaClient({ region, endpoint, credentials });
}
