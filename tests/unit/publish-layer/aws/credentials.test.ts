import { expect, test } from 'vitest';
import { createCredentialProvider, identify } from '../../../../actions/publish-layer/src/aws/credentials.ts';
import { describeError } from '../../../../actions/shared/errors.ts';

const role = {
  roleToAssume: 'arn:aws:iam::123456789012:role/publish-layers',
  audience: 'sts.amazonaws.com',
  sessionName: 'publish-layer-1',
};

test('a job without the permission for OIDC is told which one to give', async () => {
  const refused = async () => {
    throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
  };
  const provider = createCredentialProvider(role, 'eu-west-1', refused);
  const error = await identify(provider, 'eu-west-1', undefined).catch((thrown: unknown) => thrown);
  expect(describeError(error)).toMatch(
    /permissions: \{ id-token: write \}.*fork.*\n.*Unable to get ACTIONS_ID_TOKEN_REQUEST_URL/,
  );
});

test('without credentials the three ways to give them are named', async () => {
  const none = async () => {
    throw new Error('Could not load credentials from any providers');
  };
  await expect(identify(none, 'eu-west-1', undefined)).rejects.toThrow(
    /No AWS credentials were found.*"role-to-assume".*AWS_PROFILE.*AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
  );
});
