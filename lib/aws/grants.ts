import { isRecord } from '#lib/node/json.ts';
import type { Grant } from './lambda.ts';

/** Who a policy's statement lets use the version. */
export interface GrantRead {
  readonly statementId: string;
  /** `everyone`, `account <12 digits>`, `organization <o-…>`, or in words what is none of them. */
  readonly to: string;
}

/** How a grant that is wished for looks once it is read back. */
export function describeGrant({ principal, organization }: Grant): string {
  if (organization !== undefined) return `organization ${organization}`;
  return principal === '*' ? 'everyone' : `account ${principal}`;
}

/**
 * Whom a layer version's policy lets use it. A version that nobody was granted has no policy at all
 * (GetLayerVersionPolicy answers 404): undefined. A statement counts only as far as it is understood: a denial, a
 * condition of another kind or another resource is nobody's grant.
 */
export function readGrants(policy: string | undefined, versionArn: string): readonly GrantRead[] {
  if (policy === undefined) return [];
  const document: unknown = JSON.parse(policy);
  const statements = asList(isRecord(document) ? document.Statement : undefined).filter(isRecord);
  const denial = statements.find(({ Effect }) => Effect !== 'Allow');
  if (denial !== undefined) return [{ statementId: readId(denial), to: 'nobody (a denial)' }];
  return statements.map((statement) => ({
    statementId: readId(statement),
    to: readGrantee(statement, versionArn) ?? 'somebody (a statement of another kind)',
  }));
}

/** What a policy grants, for a person: `public`, `private`, or to whom. */
export function describeAccess(grants: readonly GrantRead[]): string {
  if (grants.length === 0) return 'private';
  if (grants.some(({ to }) => to === 'everyone')) return 'public';
  return `shared with ${grants.map(({ to }) => to).join(', ')}`;
}

type Statement = Readonly<Record<string, unknown>>;

const understood = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];

function readGrantee(statement: Statement, versionArn: string): string | undefined {
  const isOwn =
    Object.keys(statement).every((name) => understood.includes(name)) &&
    asList(statement.Action).includes('lambda:GetLayerVersion') &&
    asList(statement.Resource).includes(versionArn);
  const principals = asList(isRecord(statement.Principal) ? statement.Principal.AWS : statement.Principal);
  if (!isOwn || principals.length !== 1) return undefined;
  const [principal] = principals;
  if (statement.Condition !== undefined) {
    return principal === '*' ? readOrganization(statement.Condition) : undefined;
  }
  if (principal === '*') return 'everyone';
  // Lambda writes an account as the ARN of its root.
  const [, account] = /^(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?$/.exec(String(principal)) ?? [];
  return account === undefined ? undefined : `account ${account}`;
}

function readOrganization(condition: unknown): string | undefined {
  if (!isRecord(condition) || Object.keys(condition).join() !== 'StringEquals') return undefined;
  const equals = condition.StringEquals;
  if (!isRecord(equals) || Object.keys(equals).join().toLowerCase() !== 'aws:principalorgid')
    return undefined;
  const ids = asList(Object.values(equals)[0]);
  return ids.length === 1 ? `organization ${String(ids[0])}` : undefined;
}

function readId({ Sid }: Statement): string {
  return typeof Sid === 'string' ? Sid : '';
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
