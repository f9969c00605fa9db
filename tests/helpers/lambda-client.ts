import { LambdaClient } from '@aws-sdk/client-lambda';

/** A client of a server on this machine, whatever AWS whoever runs the tests has set up. */
export function createLambdaClient(endpoint: string, region: string): LambdaClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new LambdaClient({ region, endpoint, credentials });
}
