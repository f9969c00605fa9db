import type { Grant } from '#lib/aws/lambda.ts';
import { ActionError, InputError } from '#lib/node/errors.ts';
import { oneOf, optionalList, optionalText } from '#lib/node/inputs.ts';

export type Visibility = 'public' | 'private' | 'shared';

/** Who shall be able to use the layers. */
export interface Access {
  readonly visibility: Visibility;
  readonly grants: readonly Grant[];
}

/** The id of the statement that grants everyone: the one that Bref's layers have always had. */
const publicStatementId = 'public';

/**
 * Reads `visibility`, `principals` and `organization-id`. Throws an ActionError where one is wrong, or they contradict
 * each other.
 */
export function readAccess(partition: string | undefined): Access {
  const visibility = oneOf('visibility', ['public', 'private', 'shared']);
  const accounts = optionalList('principals').map((principal) => readAccount(principal, partition));
  const organization = readOrganization();
  const isNamed = accounts.length > 0 || organization !== undefined;
  if (visibility === 'shared' && !isNamed) {
    throw new InputError('visibility', 'needs "principals" or "organization-id" with it', visibility);
  }
  if (visibility !== 'shared' && isNamed) {
    throw new ActionError(
      `Inputs "principals" and "organization-id" go with \`visibility: shared\`; got \`visibility: ${visibility}\`.`,
    );
  }
  if (new Set(accounts).size !== accounts.length) {
    throw new InputError('principals', 'must list each account once', accounts.join(' '));
  }
  if (visibility === 'public') {
    return { visibility, grants: [{ statementId: publicStatementId, principal: '*' }] };
  }
  const toAccounts = accounts.map((account) => ({ statementId: `account-${account}`, principal: account }));
  const toOrganization =
    organization === undefined
      ? []
      : [{ statementId: `organization-${organization}`, principal: '*', organization }];
  return { visibility, grants: [...toAccounts, ...toOrganization] };
}

/** The 12 digits; an account may also be given as the ARN of its root, as Lambda writes it. */
function readAccount(principal: string, partition: string | undefined): string {
  if (principal === '*') {
    throw new InputError('principals', 'must list accounts; for everyone there is `visibility: public`', '*');
  }
  const [, digits, arnPartition, ofRoot] =
    /^(\d{12})$|^arn:(aws[a-z-]*):iam::(\d{12}):root$/.exec(principal) ?? [];
  const account = digits ?? ofRoot;
  const isOfPartition = arnPartition === undefined || partition === undefined || arnPartition === partition;
  if (account === undefined || !isOfPartition) {
    throw new InputError(
      'principals',
      `must list accounts as 12 digits or arn:${partition ?? 'aws'}:iam::<12 digits>:root`,
      principal,
    );
  }
  return account;
}

/** The pattern is botocore's. */
function readOrganization(): string | undefined {
  const organization = optionalText('organization-id');
  if (organization !== undefined && !/^o-[a-z0-9]{10,32}$/.test(organization)) {
    throw new InputError('organization-id', 'must be "o-" and 10 to 32 letters or digits', organization);
  }
  return organization;
}
