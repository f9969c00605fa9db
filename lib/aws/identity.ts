import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ActionError } from '#lib/node/errors.ts';
import type { CredentialContext, CredentialSource } from './credentials.ts';
import { describeFault } from './faults.ts';
import { redactError } from './secrets.ts';

export interface Identity {
  /** 12 digits. */
  readonly account: string;
  /** ARN of the role's session or of the user. */
  readonly arn: string;
}

/**
 * Asks STS, in a region that every account has, for the identity of the credentials.
 *
 * @throws ActionError if STS does not accept them
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
      `${describeFault('GetCallerIdentity', cause)}\nSTS in ${homeRegion} did not accept the credentials. Check that ` +
        'they are valid, unexpired, and from the right partition.',
      { cause },
    );
  } finally {
    sts.destroy();
  }
}

/** @throws ActionError if the credentials do not belong to the expected account */
export function assertAccount({ account, arn }: Identity, expected: string | undefined): void {
  if (expected === undefined || account === expected) return;
  throw new ActionError(
    `The credentials belong to account ${account} (${arn}), but "expected-account" is ${expected}. Nothing was changed.`,
  );
}
