import type { Grant } from '#lib/aws/grants.ts';
import { InputError } from '#lib/node/errors.ts';
import { oneOf, optionalList, optionalText } from '#lib/node/inputs.ts';

export type Visibility = 'public' | 'private' | 'shared';

/** Wanted access to the layers. */
export interface Access {
  readonly visibility: Visibility;
  readonly grants: readonly Grant[];
}

/** Statement id of the grant to everyone. Bref's layers have always used it. */
const publicStatementId = 'public';

/**
 * Reads `visibility`, `principals` and `organization-id`.
 *
 * @param partition partition of the regions
 * @throws InputError if one of them is invalid, or if they contradict each other
 */
export function readAccess(partition: string | undefined): Access {
  const visibility = oneOf('visibility', ['public', 'private', 'shared']);
  const accounts = optionalList('principals').map((principal) => readAccount(principal, partition));
  const organization = readOrganization();
  const hasGrantees = accounts.length > 0 || organization !== undefined;
  if (visibility === 'shared' && !hasGrantees) {
    throw new InputError(
      'Input "visibility" is "shared", which requires "principals" or "organization-id". Set one of them.',
    );
  }
  if (visibility !== 'shared' && hasGrantees) {
    throw new InputError(
      `Inputs "principals" and "organization-id" require \`visibility: shared\`; got \`visibility: ${visibility}\`.`,
    );
  }
  if (new Set(accounts).size !== accounts.length) {
    throw new InputError(`Input "principals" must list each account once; got "${accounts.join(' ')}".`);
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

/** Returns the 12 digits of an account. Also accepts the ARN of the account's root, which Lambda's policies contain. */
function readAccount(principal: string, partition: string | undefined): string {
  if (principal === '*') {
    throw new InputError(
      'Input "principals" must list accounts; got "*". Use `visibility: public` to grant everyone.',
    );
  }
  const [, digits, arnPartition, rootDigits] =
    /^(\d{12})$|^arn:(aws[a-z-]*):iam::(\d{12}):root$/.exec(principal) ?? [];
  const account = digits ?? rootDigits;
  const isInPartition = arnPartition === undefined || partition === undefined || arnPartition === partition;
  if (account === undefined || !isInPartition) {
    throw new InputError(
      `Input "principals" must list accounts as 12 digits or arn:${partition ?? 'aws'}:iam::<12 digits>:root; ` +
        `got "${principal}".`,
    );
  }
  return account;
}

/** The pattern is from botocore's service model. */
function readOrganization(): string | undefined {
  const organization = optionalText('organization-id');
  if (organization !== undefined && !/^o-[a-z0-9]{10,32}$/.test(organization)) {
    throw new InputError(
      `Input "organization-id" must be "o-" and 10 to 32 lowercase letters or digits; got "${organization}".`,
    );
  }
  return organization;
}
