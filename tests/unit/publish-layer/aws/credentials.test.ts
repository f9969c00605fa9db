import { describe, expect, test } from 'vitest';
import {
  assumeByOidc,
  type CredentialContext,
  type Credentials,
  findCredentials,
} from '../../../../actions/publish-layer/src/aws/credentials.ts';
import { assertAccount } from '../../../../actions/publish-layer/src/aws/identity.ts';
import { createSecrets } from '../../../../actions/publish-layer/src/aws/secrets.ts';
import { describeError } from '../../../../actions/shared/errors.ts';
import { createVirtualClock } from '../../../helpers/virtual-clock.ts';

const role = {
  arn: 'arn:aws:iam::123456789012:role/publish-layers',
  audience: 'sts.amazonaws.com',
  sessionName: 'publish-layer-1',
  duration: 3600,
};

function context(): CredentialContext {
  return { homeRegion: 'eu-west-1', clock: createVirtualClock(), secrets: createSecrets() };
}

test('a job without the permission for OIDC is told which one to give', async () => {
  const refused = async () => {
    throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
  };
  const source = assumeByOidc(role, refused, context());
  const error = await source.provide().catch((thrown: unknown) => thrown);
  expect(describeError(error)).toMatch(
    /permissions: \{ id-token: write \}.*fork.*\n.*Unable to get ACTIONS_ID_TOKEN_REQUEST_URL/,
  );
});

describe('credentials of the environment', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'very-secret-key-of-a-test' };

  test('are found, and their secret is kept out of what is said', async () => {
    const own = context();
    const found = await withEnvironment(keys, () => findCredentials(own).provide());
    expect(found.accessKeyId).toBe('AKIAEXAMPLE');
    expect(own.secrets.redact('it said very-secret-key-of-a-test')).not.toContain(
      'very-secret-key-of-a-test',
    );
  });

  test('are the same when they are asked for again', async () => {
    await withEnvironment(keys, async () => {
      const source = findCredentials(context());
      const held = await source.provide();
      expect(await source.provide()).toBe(held);
      expect(await source.replace(held as Credentials)).toBe(false);
    });
  });
});

test('an account that is not the expected one is refused, both being named', () => {
  const identity = { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/a' };
  expect(() => assertAccount(identity, '210987654321')).toThrow(
    /of account 123456789012 .*"expected-account" is 210987654321. Nothing was changed/,
  );
  expect(() => assertAccount(identity, '123456789012')).not.toThrow();
  expect(() => assertAccount(identity, undefined)).not.toThrow();
});

async function withEnvironment<T>(values: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, values);
  delete process.env.AWS_PROFILE;
  delete process.env.AWS_SESSION_TOKEN;
  try {
    return await work();
  } finally {
    process.env = before;
  }
}
