import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromNodeProviderChain, fromWebToken } from '@aws-sdk/credential-providers';
import { ActionError } from '../../../shared/errors.ts';
import type { Inputs } from '../inputs.ts';
import { describeFault } from './faults.ts';

/** Temporary or lasting keys, as the SDK's clients take them. */
export type Credentials = Awaited<ReturnType<ReturnType<typeof fromWebToken>>>;
export type CredentialProvider = () => Promise<Credentials>;

export interface Identity {
  /** 12 digits. */
  readonly account: string;
  /** Of the role's session or the user. */
  readonly arn: string;
}

/** Milliseconds before their end at which credentials are renewed, as the SDK does. */
const renewalMargin = 5 * 60_000;

/**
 * Where credentials come from: a role by GitHub's OIDC token where one is given, else the SDK's default chain
 * (environment, profile, container, instance). `homeRegion` is the STS endpoint's.
 */
export function createCredentialProvider(
  inputs: Pick<Inputs, 'roleToAssume' | 'audience' | 'sessionName'>,
  homeRegion: string,
  getIdToken: (audience: string) => Promise<string>,
): CredentialProvider {
  const { roleToAssume, audience, sessionName } = inputs;
  if (roleToAssume === undefined) {
    return fromNodeProviderChain({ clientConfig: { region: homeRegion } }) as CredentialProvider;
  }
  return renewing(async () => {
    // A token serves one exchange: it is short-lived, and renewal needs a new one.
    const webIdentityToken = await askForToken(() => getIdToken(audience));
    const exchange = fromWebToken({
      roleArn: roleToAssume,
      roleSessionName: sessionName,
      webIdentityToken,
      clientConfig: { region: homeRegion },
    });
    try {
      return await exchange();
    } catch (cause) {
      throw new ActionError(
        `${describeFault('AssumeRoleWithWebIdentity', cause)}\n` +
          `The role ${roleToAssume} must trust token.actions.githubusercontent.com for this repository with the ` +
          `audience ${audience}.`,
        { cause },
      );
    }
  });
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

/** Keeps credentials for all regions together, and gets new ones, once for all, shortly before they end. */
function renewing(get: () => Promise<Credentials>): CredentialProvider {
  let held: Credentials | undefined;
  let pending: Promise<Credentials> | undefined;
  return async () => {
    if (held !== undefined && !isEnding(held)) return held;
    pending ??= get().finally(() => {
      pending = undefined;
    });
    held = await pending;
    return held;
  };
}

function isEnding({ expiration }: Credentials): boolean {
  return expiration !== undefined && expiration.getTime() - Date.now() < renewalMargin;
}

/**
 * Who the credentials are. Throws an ActionError that names the ways to give credentials when there are none, what
 * is wrong with those that there are, or that they are of another account than expected.
 */
export async function identify(
  credentials: CredentialProvider,
  homeRegion: string,
  expectedAccount: string | undefined,
): Promise<Identity> {
  await resolve(credentials);
  const sts = new STSClient({ region: homeRegion, credentials });
  let identity: Identity;
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    identity = { account: Account ?? '', arn: Arn ?? '' };
  } catch (cause) {
    throw new ActionError(
      `${describeFault('GetCallerIdentity', cause)}\nThe credentials found were not accepted by STS in ` +
        `${homeRegion}: are they valid, unexpired, and of the right partition?`,
      { cause },
    );
  } finally {
    sts.destroy();
  }
  if (expectedAccount !== undefined && identity.account !== expectedAccount) {
    throw new ActionError(
      `The credentials are of account ${identity.account} (${identity.arn}), and "expected-account" is ` +
        `${expectedAccount}. Nothing was changed.`,
    );
  }
  return identity;
}

async function resolve(credentials: CredentialProvider): Promise<void> {
  try {
    await credentials();
  } catch (cause) {
    if (cause instanceof ActionError) throw cause;
    throw new ActionError(
      'No AWS credentials were found. Give them in one of three ways: "role-to-assume" on GitHub (with ' +
        '`permissions: { id-token: write }`), a profile (AWS_PROFILE; `aws sso login` first if it is of that ' +
        'kind), or the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).',
      { cause },
    );
  }
}
