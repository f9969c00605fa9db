import { fromNodeProviderChain, fromTemporaryCredentials, fromWebToken } from '@aws-sdk/credential-providers';
import { ActionError } from '#lib/node/errors.ts';
import type { Clock } from './clock.ts';
import { describeFault } from './faults.ts';
import { redactError, type Secrets } from './secrets.ts';

/** Temporary or lasting keys, as the SDK's clients take them. */
export type Credentials = Awaited<ReturnType<ReturnType<typeof fromWebToken>>>;

/** The credentials of a run: held for all regions together, and renewed once for all. */
export interface CredentialSource {
  /** As the SDK's clients take it; `memoized` tells them to ask for each request and to hold nothing themselves. */
  readonly provide: (() => Promise<Credentials>) & { readonly memoized: true };
  /** Gets others in place of those that the service took to have ended; false where the same come back. */
  replace(refused: Credentials): Promise<boolean>;
}

/** A role that is assumed with GitHub's OIDC token. */
export interface OidcRole {
  readonly arn: string;
  readonly audience: string;
  /** Names the session in CloudTrail. */
  readonly sessionName: string;
  /** Seconds that a session lasts. */
  readonly duration: number;
}

export interface CredentialContext {
  /** The region whose STS is asked. */
  readonly homeRegion: string;
  readonly clock: Clock;
  readonly secrets: Secrets;
}

/** Credentials of a role. A token serves one exchange: it is short-lived, and each renewal asks for a new one. */
export function assumeByOidc(
  role: OidcRole,
  getIdToken: (audience: string) => Promise<string>,
  context: CredentialContext,
): CredentialSource {
  return createSource(async () => {
    const webIdentityToken = await askForToken(() => getIdToken(role.audience));
    context.secrets.keep(webIdentityToken);
    const exchange = fromWebToken({
      roleArn: role.arn,
      roleSessionName: role.sessionName,
      durationSeconds: role.duration,
      webIdentityToken,
      clientConfig: { region: context.homeRegion },
    });
    try {
      return await exchange();
    } catch (cause) {
      throw refusedRole(
        role.arn,
        'AssumeRoleWithWebIdentity',
        redactError(cause, context.secrets),
        `must trust token.actions.githubusercontent.com for this repository with the audience ${role.audience}, ` +
          `and allow sessions of ${role.duration} s ("role-duration").`,
      );
    }
  }, context);
}

/** Credentials of a role that other credentials may assume. */
export function assumeBy(
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
    } catch (cause) {
      const who = redactError(cause, context.secrets);
      throw refusedRole(role, 'AssumeRole', who, 'must trust the role or user that publishes.');
    }
  }, context);
}

function refusedRole(role: string, operation: string, cause: unknown, rule: string): ActionError {
  return new ActionError(`${describeFault(operation, cause)}\nThe role ${role} ${rule}`, { cause });
}

/** The SDK's default chain: environment, profile (SSO too), container, instance. */
export function findCredentials(context: CredentialContext): CredentialSource {
  const chain = fromNodeProviderChain({ clientConfig: { region: context.homeRegion } });
  return createSource(async (forceRefresh) => {
    try {
      return (await chain({ forceRefresh })) as Credentials;
    } catch (cause) {
      throw new ActionError(
        'No AWS credentials were found. Give them in one of three ways: "role-to-assume" on GitHub (with ' +
          '`permissions: { id-token: write }`), a profile (AWS_PROFILE; `aws sso login` first if it is of that ' +
          'kind), or the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).',
        { cause: redactError(cause, context.secrets) },
      );
    }
  }, context);
}

async function askForToken(getIdToken: () => Promise<string>): Promise<string> {
  try {
    return await getIdToken();
  } catch (cause) {
    throw new ActionError(
      'GitHub gave no OIDC token for "role-to-assume". Give the job `permissions: { id-token: write }` ' +
        '(a pull request from a fork never has it), or leave "role-to-assume" out to use other credentials.',
      { cause },
    );
  }
}

/** Milliseconds before their end at which credentials are renewed, as the SDK does. */
const renewalMargin = 5 * 60_000;

function createSource(
  get: (forceRefresh: boolean) => Promise<Credentials>,
  { clock, secrets }: CredentialContext,
): CredentialSource {
  let held: Credentials | undefined;
  let pending: Promise<Credentials> | undefined;
  const timeLeft = ({ expiration }: Credentials) =>
    expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - clock.now();
  const renew = async (forceRefresh: boolean): Promise<Credentials> => {
    pending ??= get(forceRefresh).finally(() => {
      pending = undefined;
    });
    held = await pending;
    secrets.keep(held.secretAccessKey, held.sessionToken);
    return held;
  };
  const provide = async (): Promise<Credentials> => {
    if (held === undefined) return renew(false);
    if (timeLeft(held) > renewalMargin) return held;
    const old = held;
    return renew(false).catch((error: unknown) => {
      // There are minutes left: enough for most of a run, and the next request tries again.
      if (timeLeft(old) > 0) return old;
      throw error;
    });
  };
  return {
    provide: Object.assign(provide, { memoized: true as const }),
    async replace(refused) {
      const current = held?.sessionToken === refused.sessionToken ? await renew(true) : held;
      return current?.sessionToken !== refused.sessionToken;
    },
  };
}
