import { fromNodeProviderChain, fromTemporaryCredentials, fromWebToken } from '@aws-sdk/credential-providers';
import { ActionError } from '#lib/node/errors.ts';
import type { Clock } from './clock.ts';
import { describeFault, readFault } from './faults.ts';
import { readSubject } from './id-token.ts';
import { redactError, type Secrets } from './secrets.ts';

/** Temporary or permanent keys in the SDK's form. */
export type Credentials = Awaited<ReturnType<ReturnType<typeof fromWebToken>>>;

/** Credentials of a run. All regions share them, and they are renewed once for all regions. */
export interface CredentialSource {
  /** Credential provider for the SDK. `memoized` makes the SDK call it for each request and cache nothing. */
  readonly provide: (() => Promise<Credentials>) & { readonly memoized: true };
  /** Renews credentials that AWS refused as expired. Returns false if there are no other ones. */
  replace(refused: Credentials): Promise<boolean>;
}

/** A role that is assumed with GitHub's OIDC token. */
export interface OidcRole {
  readonly arn: string;
  readonly audience: string;
  /** Session name in CloudTrail. */
  readonly sessionName: string;
  readonly durationSeconds: number;
}

export interface CredentialContext {
  /** Region whose STS is used. */
  readonly homeRegion: string;
  readonly clock: Clock;
  readonly secrets: Secrets;
}

/** Returns credentials of a role. A token is short-lived, so each renewal requests a new one. */
export function assumeRoleWithOidc(
  role: OidcRole,
  getIdToken: (audience: string) => Promise<string>,
  context: CredentialContext,
): CredentialSource {
  return createSource(async () => {
    const webIdentityToken = await requestIdToken(() => getIdToken(role.audience));
    context.secrets.add(webIdentityToken);
    const exchange = fromWebToken({
      roleArn: role.arn,
      roleSessionName: role.sessionName,
      durationSeconds: role.durationSeconds,
      webIdentityToken,
      clientConfig: { region: context.homeRegion },
    });
    try {
      return await exchange();
    } catch (cause) {
      throw refusedRoleError(
        role.arn,
        'AssumeRoleWithWebIdentity',
        redactError(cause, context.secrets),
        `must trust token.actions.githubusercontent.com for this repository with the audience ` +
          `${role.audience}, and allow sessions of ${role.durationSeconds} s (input "role-duration").` +
          describeSubject(webIdentityToken, cause),
      );
    }
  }, context);
}

/** Returns the condition that accepts the token, if AWS did not authorize it. AWS does not say which condition failed. */
function describeSubject(token: string, cause: unknown): string {
  const subject = readSubject(token);
  if (subject === undefined || readFault(cause).name !== 'AccessDenied') return '';
  return (
    ` The token has the subject "${subject}". Compare it with the condition in the trust policy, which must be ` +
    `"StringEquals": {"token.actions.githubusercontent.com:sub": "${subject}"}.`
  );
}

/** Returns credentials of a role that is assumed with other credentials. */
export function assumeRole(
  source: CredentialSource,
  role: string,
  context: CredentialContext,
): CredentialSource {
  const exchange = fromTemporaryCredentials({
    masterCredentials: source.provide,
    params: { RoleArn: role, RoleSessionName: 'publish-layer-stranger' },
    clientConfig: { region: context.homeRegion },
  });
  return createSource(async () => {
    try {
      return (await exchange()) as Credentials;
    } catch (error) {
      const cause = redactError(error, context.secrets);
      throw refusedRoleError(role, 'AssumeRole', cause, 'must trust the role or user that publishes.');
    }
  }, context);
}

function refusedRoleError(role: string, operation: string, cause: unknown, rule: string): ActionError {
  return new ActionError(`${describeFault(operation, cause)}\nThe role ${role} ${rule}`, { cause });
}

/** Returns credentials of the SDK's default chain: environment, profile (including SSO), container, instance. */
export function findCredentials(context: CredentialContext): CredentialSource {
  const chain = fromNodeProviderChain({ clientConfig: { region: context.homeRegion } });
  return createSource(async (forceRefresh) => {
    try {
      return (await chain({ forceRefresh })) as Credentials;
    } catch (cause) {
      throw new ActionError(
        'No AWS credentials were found. Provide them in one of three ways: "role-to-assume" on GitHub (with ' +
          '`permissions: { id-token: write }`), a profile (AWS_PROFILE; for SSO, run `aws sso login` first), or the ' +
          'environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).',
        { cause: redactError(cause, context.secrets) },
      );
    }
  }, context);
}

async function requestIdToken(getIdToken: () => Promise<string>): Promise<string> {
  try {
    return await getIdToken();
  } catch (cause) {
    throw new ActionError(
      'GitHub issued no OIDC token for "role-to-assume". Give the job `permissions: { id-token: write }` ' +
        '(a pull request from a fork never has it), or omit "role-to-assume" to use other credentials.',
      { cause },
    );
  }
}

/** Remaining lifetime at which credentials are renewed, as in the SDK. */
const renewalMarginMs = 5 * 60_000;

function createSource(
  get: (forceRefresh: boolean) => Promise<Credentials>,
  { clock, secrets }: CredentialContext,
): CredentialSource {
  let current: Credentials | undefined;
  let pending: Promise<Credentials> | undefined;
  const remainingMs = ({ expiration }: Credentials) =>
    expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - clock.now();
  const renew = async (forceRefresh: boolean): Promise<Credentials> => {
    pending ??= get(forceRefresh).finally(() => {
      pending = undefined;
    });
    current = await pending;
    secrets.add(current.secretAccessKey, current.sessionToken);
    return current;
  };
  const provide = async (): Promise<Credentials> => {
    if (current === undefined) return renew(false);
    if (remainingMs(current) > renewalMarginMs) return current;
    const old = current;
    return renew(false).catch((error: unknown) => {
      // The old credentials are still valid for a few minutes. The next request tries to renew them again.
      if (remainingMs(old) > 0) return old;
      throw error;
    });
  };
  return {
    provide: Object.assign(provide, { memoized: true as const }),
    async replace(refused) {
      const replacement = current?.sessionToken === refused.sessionToken ? await renew(true) : current;
      return replacement?.sessionToken !== refused.sessionToken;
    },
  };
}
