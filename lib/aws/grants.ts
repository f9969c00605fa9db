import { isRecord } from '#lib/node/json.ts';

/** A layer version permission, as AddLayerVersionPermission accepts it. */
export interface Grant {
  /** 1 to 100 of a-z, A-Z, 0-9, "-" and "_"; unique within the layer version. */
  readonly statementId: string;
  /** `*` or an account's 12 digits. */
  readonly principal: string;
  /** Organization that restricts the principal `*` to its accounts. */
  readonly organization?: string;
}

/** A statement of a layer version's policy. */
export interface PolicyGrant {
  readonly statementId: string;
  /** `everyone`, `account <12 digits>`, `organization <o-…>`, or a description of an unsupported statement. */
  readonly grantee: string;
}

/** Returns the grantee of a wanted grant, in the form of `PolicyGrant`. */
export function describeGrant({ principal, organization }: Grant): string {
  if (organization !== undefined) return `organization ${organization}`;
  return principal === '*' ? 'everyone' : `account ${principal}`;
}

/**
 * Reads the grants of a layer version's policy. The grantee of a statement is unknown unless every part of the statement
 * is understood: another condition or another resource changes its meaning. If there is a deny statement, it is returned
 * alone, because it may cancel any grant.
 *
 * @param policy JSON of the policy; undefined if the layer version has none (GetLayerVersionPolicy returns 404)
 */
export function readGrants(policy: string | undefined, versionArn: string): readonly PolicyGrant[] {
  if (policy === undefined) return [];
  const document: unknown = JSON.parse(policy);
  const statements = asList(isRecord(document) ? document.Statement : undefined).filter(isRecord);
  const denial = statements.find(({ Effect }) => Effect !== 'Allow');
  if (denial !== undefined) return [{ statementId: readId(denial), grantee: 'unknown (a deny statement)' }];
  return statements.map((statement) => ({
    statementId: readId(statement),
    grantee: readGrantee(statement, versionArn) ?? 'unknown (an unsupported statement)',
  }));
}

/** Summarizes grants: `public`, `private`, or `shared with …`. */
export function describeAccess(grants: readonly PolicyGrant[]): string {
  if (grants.length === 0) return 'private';
  if (grants.some(({ grantee }) => grantee === 'everyone')) return 'public';
  return `shared with ${grants.map(({ grantee }) => grantee).join(', ')}`;
}

type Statement = Readonly<Record<string, unknown>>;

const supportedElements = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];

function readGrantee(statement: Statement, versionArn: string): string | undefined {
  const isSupported =
    Object.keys(statement).every((name) => supportedElements.includes(name)) &&
    asList(statement.Action).includes('lambda:GetLayerVersion') &&
    asList(statement.Resource).includes(versionArn);
  const principals = asList(isRecord(statement.Principal) ? statement.Principal.AWS : statement.Principal);
  if (!isSupported || principals.length !== 1) return undefined;
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
