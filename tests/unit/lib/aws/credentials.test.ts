import { describe, expect, test } from 'vitest';
import { assumeRoleWithOidc, type Credentials, findCredentials } from '#lib/aws/credentials.ts';
import { assertAccount } from '#lib/aws/identity.ts';
import { createSecrets } from '#lib/aws/secrets.ts';
import { describeError } from '#lib/node/errors.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';
import { serve } from '../../../stand-ins/file-server.ts';

const role = {
  arn: 'arn:aws:iam::123456789012:role/publish-layers',
  audience: 'sts.amazonaws.com',
  sessionName: 'publish-layer-1',
  durationSeconds: 3600,
};

const createContext = () => ({
  homeRegion: 'eu-west-1',
  clock: createVirtualClock(),
  secrets: createSecrets(),
});

test('names the missing permission if a job gets no OIDC token', async () => {
  const refused = async () => {
    throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
  };
  const { provide } = assumeRoleWithOidc(role, refused, createContext());
  const error = await provide().catch((thrown: unknown) => thrown);
  expect(describeError(error)).toMatch(
    /permissions: \{ id-token: write \}.*fork.*\n.*Unable to get ACTIONS_ID_TOKEN_REQUEST_URL/,
  );
});

test('refuses an unexpected account', () => {
  const identity = { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/me' };
  expect(() => assertAccount(identity, '210987654321')).toThrow(
    /belong to account 123456789012 \(arn:aws:iam::123456789012:user\/me\), but "expected-account" is 210987654321/,
  );
  expect(() => assertAccount(identity, '123456789012')).not.toThrow();
  expect(() => assertAccount(identity, undefined)).not.toThrow();
});

/** Starts a stand-in for STS's AssumeRoleWithWebIdentity that numbers its sessions. */
async function startSts(clock: { now(): number }, seconds = 3600) {
  const requests: URLSearchParams[] = [];
  const server = await serve(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    requests.push(new URLSearchParams(body));
    response.setHeader('content-type', 'text/xml');
    response.end(`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleWithWebIdentityResult><Credentials>
        <AccessKeyId>key-${requests.length}</AccessKeyId><SecretAccessKey>secret-${requests.length}</SecretAccessKey>
        <SessionToken>token-${requests.length}</SessionToken>
        <Expiration>${new Date(clock.now() + seconds * 1000).toISOString()}</Expiration>
      </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`);
  });
  return { requests, server };
}

describe('credentials of a role', () => {
  test('are requested once for all regions, and renewed with a new token', async () => {
    const context = createContext();
    const { requests, server } = await startSts(context.clock);
    await using _server = server;
    process.env.AWS_ENDPOINT_URL_STS = server.url;
    const audiences: string[] = [];
    const getIdToken = async (audience: string) => `jwt-${audiences.push(audience)}`;
    const { provide } = assumeRoleWithOidc(role, getIdToken, context);
    const keys = async () =>
      (await Promise.all([provide(), provide(), provide()])).map((found) => found.accessKeyId);
    expect(await keys()).toEqual(['key-1', 'key-1', 'key-1']);
    expect(await keys()).toEqual(['key-1', 'key-1', 'key-1']);
    // Less than five of the 60 minutes are left.
    await context.clock.run(new Promise<void>((done) => context.clock.schedule(56 * 60_000, done)));
    expect(await keys()).toEqual(['key-2', 'key-2', 'key-2']);
    expect(audiences).toEqual(['sts.amazonaws.com', 'sts.amazonaws.com']);
    expect(requests.map((form) => [form.get('WebIdentityToken'), form.get('RoleSessionName')])).toEqual([
      ['jwt-1', 'publish-layer-1'],
      ['jwt-2', 'publish-layer-1'],
    ]);
    expect(context.secrets.redact('jwt-1 secret-2 token-1 key-1')).toBe('*** *** *** key-1');
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  test('are replaced once for all regions if a service refuses them as expired', async () => {
    const context = createContext();
    const { requests, server } = await startSts(context.clock);
    await using _server = server;
    process.env.AWS_ENDPOINT_URL_STS = server.url;
    const { provide, replace } = assumeRoleWithOidc(role, async () => 'jwt', context);
    const refused = await provide();
    expect(await Promise.all([replace(refused), replace(refused)])).toEqual([true, true]);
    expect(await replace(refused)).toBe(true);
    expect(requests).toHaveLength(2);
    expect((await provide()).accessKeyId).toBe('key-2');
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  test('stay in use until they expire if they cannot be renewed', async () => {
    const context = createContext();
    const { server } = await startSts(context.clock, 240);
    await using _server = server;
    process.env.AWS_ENDPOINT_URL_STS = server.url;
    let tokens = 0;
    const getIdToken = async () => {
      if (tokens++ > 0) throw new Error('GitHub is down');
      return 'jwt';
    };
    const { provide } = assumeRoleWithOidc(role, getIdToken, context);
    await provide();
    expect((await provide()).accessKeyId).toBe('key-1');
    await context.clock.run(new Promise<void>((done) => context.clock.schedule(240_000, done)));
    await expect(provide()).rejects.toThrow(/GitHub issued no OIDC token/);
    delete process.env.AWS_ENDPOINT_URL_STS;
  });

  test('name the role and the required trust if they are refused', async () => {
    await using server = await serve((_request, response) => {
      response.statusCode = 403;
      response.end(
        '<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not authorized: jwt-secret</Message></Error></ErrorResponse>',
      );
    });
    process.env.AWS_ENDPOINT_URL_STS = server.url;
    const { provide } = assumeRoleWithOidc(role, async () => 'jwt-secret', createContext());
    const error = await provide().catch((thrown: unknown) => thrown);
    expect(describeError(error)).toMatch(
      /AssumeRoleWithWebIdentity: .*Not authorized: \*\*\*[\s\S]*role\/publish-layers must trust token.actions.githubusercontent.com/,
    );
    expect(describeError(error)).not.toContain('jwt-secret');
    delete process.env.AWS_ENDPOINT_URL_STS;
  });
});

const subject = 'repo:brefphp@123456/aws-lambda-layers@456789:environment:release';
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (claims: unknown) => `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`;

/** Returns the error of a role that STS refuses, for a token. */
async function refuseRole(token: string, code: string): Promise<string> {
  await using server = await serve((_request, response) => {
    response.statusCode = 403;
    response.end(
      `<ErrorResponse><Error><Code>${code}</Code><Message>No: ${token}</Message></Error></ErrorResponse>`,
    );
  });
  process.env.AWS_ENDPOINT_URL_STS = server.url;
  const { provide } = assumeRoleWithOidc(role, async () => token, createContext());
  const error = await provide().catch((thrown: unknown) => thrown);
  delete process.env.AWS_ENDPOINT_URL_STS;
  return describeError(error);
}

test('a refused role gets the condition that its trust policy needs', async () => {
  const token = signed({ sub: subject, aud: 'sts.amazonaws.com' });
  const message = await refuseRole(token, 'AccessDenied');
  expect(message).toContain(`The token has the subject "${subject}".`);
  expect(message).toContain(`"StringEquals": {"token.actions.githubusercontent.com:sub": "${subject}"}`);
  expect(message).not.toContain(token);
});

test.each([
  ['AWS names another reason', signed({ sub: subject }), 'ExpiredTokenException'],
  ['the token has no subject', signed({ aud: 'x' }), 'AccessDenied'],
  ['the subject is no text', signed({ sub: { a: 1 } }), 'AccessDenied'],
  ['the token is not readable', 'no-token', 'AccessDenied'],
  ['the token has no JSON', 'a.bm8.c', 'AccessDenied'],
])('a refused role gets no condition if %s', async (_what, token, code) => {
  const message = await refuseRole(token, code);
  expect(message).toContain('must trust token.actions.githubusercontent.com');
  expect(message).not.toContain('The token has the subject');
});

test('credentials of the environment cannot be replaced', async () => {
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
