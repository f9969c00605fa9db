import { describe, expect, test } from 'vitest';
import { assumeByOidc, type Credentials, findCredentials } from '#lib/aws/credentials.ts';
import { assertAccount } from '#lib/aws/identity.ts';
import { createSecrets } from '#lib/aws/secrets.ts';
import { describeError } from '#lib/node/errors.ts';
import { serve } from '../../../helpers/file-server.ts';
import { createVirtualClock } from '../../../helpers/virtual-clock.ts';

const role = {
  arn: 'arn:aws:iam::123456789012:role/publish-layers',
  audience: 'sts.amazonaws.com',
  sessionName: 'publish-layer-1',
  duration: 3600,
};

const createContext = () => ({
  homeRegion: 'eu-west-1',
  clock: createVirtualClock(),
  secrets: createSecrets(),
});

test('a job without the permission for OIDC is told which one to give', async () => {
  const refused = async () => {
    throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
  };
  const { provide } = assumeByOidc(role, refused, createContext());
  const error = await provide().catch((thrown: unknown) => thrown);
  expect(describeError(error)).toMatch(
    /permissions: \{ id-token: write \}.*fork.*\n.*Unable to get ACTIONS_ID_TOKEN_REQUEST_URL/,
  );
});

test('another account than expected is refused', () => {
  const identity = { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/me' };
  expect(() => assertAccount(identity, '210987654321')).toThrow(
    /are of account 123456789012 \(arn:aws:iam::123456789012:user\/me\), and "expected-account" is 210987654321/,
  );
  expect(() => assertAccount(identity, '123456789012')).not.toThrow();
  expect(() => assertAccount(identity, undefined)).not.toThrow();
});

/** STS as far as AssumeRoleWithWebIdentity goes: sessions of an hour, numbered. */
async function startSts(clock: { now(): number }, seconds = 3600) {
  const asked: URLSearchParams[] = [];
  const server = await serve(async (request, answer) => {
    let body = '';
    for await (const part of request) body += part;
    asked.push(new URLSearchParams(body));
    answer.setHeader('content-type', 'text/xml');
    answer.end(`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleWithWebIdentityResult><Credentials>
        <AccessKeyId>key-${asked.length}</AccessKeyId><SecretAccessKey>secret-${asked.length}</SecretAccessKey>
        <SessionToken>token-${asked.length}</SessionToken>
        <Expiration>${new Date(clock.now() + seconds * 1000).toISOString()}</Expiration>
      </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`);
  });
  return { asked, server };
}

describe('credentials of a role', () => {
  test('are asked for once for all regions, with audience, session name and duration, and renewed by a new token', async () => {
    const context = createContext();
    const { asked, server } = await startSts(context.clock);
    await using _server = server;
    process.env.AWS_ENDPOINT_URL_STS = server.url;
    const audiences: string[] = [];
    const getIdToken = async (audience: string) => `jwt-${audiences.push(audience)}`;
    const { provide } = assumeByOidc(role, getIdToken, context);
    const keys = async () =>
      (await Promise.all([provide(), provide(), provide()])).map((found) => found.accessKeyId);
    expect(await keys()).toEqual(['key-1', 'key-1', 'key-1']);
    expect(await keys()).toEqual(['key-1', 'key-1', 'key-1']);
    // 56 minutes of 60: less than five are left.
    await context.clock.run(new Promise<void>((done) => context.clock.after(56 * 60_000, done)));
    expect(await keys()).toEqual(['key-2', 'key-2', 'key-2']);
    expect(audiences).toEqual(['sts.amazonaws.com', 'sts.amazonaws.com']);
    expect(
      asked.map((form) => [
        form.get('WebIdentityToken'),
        form.get('RoleSessionName'),
        form.get('DurationSeconds'),
      ]),
    ).toEqual([
      ['jwt-1', 'publish-layer-1', '3600'],
      ['jwt-2', 'publish-layer-1', '3600'],
    ]);
    expect(context.secrets.redact('jwt-1 secret-2 token-1 key-1')).toBe('*** *** *** key-1');
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  test('are replaced once for all regions where a service takes them to have ended', async () => {
    const context = createContext();
    const { asked, server } = await startSts(context.clock);
    await using _server = server;
    process.env.AWS_ENDPOINT_URL_STS = server.url;
    const { provide, replace } = assumeByOidc(role, async () => 'jwt', context);
    const refused = await provide();
    expect(await Promise.all([replace(refused), replace(refused)])).toEqual([true, true]);
    expect(await replace(refused)).toBe(true);
    expect(asked).toHaveLength(2);
    expect((await provide()).accessKeyId).toBe('key-2');
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  test('that cannot be renewed yet serve as long as they last', async () => {
    const context = createContext();
    const { server } = await startSts(context.clock, 240);
    await using _server = server;
    process.env.AWS_ENDPOINT_URL_STS = server.url;
    let tokens = 0;
    const getIdToken = async () => {
      if (tokens++ > 0) throw new Error('GitHub is down');
      return 'jwt';
    };
    const { provide } = assumeByOidc(role, getIdToken, context);
    await provide();
    expect((await provide()).accessKeyId).toBe('key-1');
    await context.clock.run(new Promise<void>((done) => context.clock.after(240_000, done)));
    await expect(provide()).rejects.toThrow(/GitHub gave no OIDC token/);
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  test('that are refused name the role and what it must trust', async () => {
    await using server = await serve((_request, answer) => {
      answer.statusCode = 403;
      answer.end(
        '<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not authorized: jwt-secret</Message></Error></ErrorResponse>',
      );
    });
    process.env.AWS_ENDPOINT_URL_STS = server.url;
    const { provide } = assumeByOidc(role, async () => 'jwt-secret', createContext());
    const error = await provide().catch((thrown: unknown) => thrown);
    expect(describeError(error)).toMatch(
      /AssumeRoleWithWebIdentity: .*Not authorized: \*\*\*[\s\S]*role\/publish-layers must trust token.actions.githubusercontent.com/,
    );
    expect(describeError(error)).not.toContain('jwt-secret');
    delete process.env.AWS_ENDPOINT_URL_STS;
  });
});

test('credentials of the environment are the same when asked for again: nothing replaces them', async () => {
  const before = { ...process.env };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_PROFILE: '' });
  delete process.env.AWS_PROFILE;
  delete process.env.AWS_SESSION_TOKEN;
  const { provide, replace } = findCredentials(createContext());
  const found: Credentials = await provide();
  expect(found).toMatchObject({ accessKeyId: 'key', secretAccessKey: 'secret' });
  expect(await replace(found)).toBe(false);
  process.env = before;
});
