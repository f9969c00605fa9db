import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ActionError } from '#lib/node/errors.ts';
import type { CredentialContext, CredentialSource } from './credentials.ts';
import { describeFault } from './faults.ts';
import { redactError } from './secrets.ts';

export interface Identity {
  /** 12 digits. */
  readonly account: string;
  /** Of the role's session or the user. */
  readonly arn: string;
}

/**
 * Who the credentials are, asked in a region that every account has. Throws an ActionError that says what is wrong
 * with them.
 */
export async function identify(
  { provide }: CredentialSource,
  { homeRegion, secrets }: CredentialContext,
): Promise<Identity> {
  await provide();
  const sts = new STSClient({ region: homeRegion, credentials: provide });
  try {
    const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn };
  } catch (error) {
    const cause = redactError(error, secrets);
    throw new ActionError(
      `${describeFault('GetCallerIdentity', cause)}\nThe credentials found were not accepted by STS in ` +
        `${homeRegion}: are they valid, unexpired, and of the right partition?`,
      { cause },
    );
  } finally {
    sts.destroy();
  }
}

/** Throws an ActionError where the credentials are of another account than expected. */
export function assertAccount({ account, arn }: Identity, expected: string | undefined): void {
  if (expected === undefined || account === expected) return;
  throw new ActionError(
    `The credentials are of account ${account} (${arn}), and "expected-account" is ${expected}. Nothing was changed.`,
  );
}
