/**
 * Whether a layer version's policy lets everyone use it: a statement that allows `lambda:GetLayerVersion` to `*` on
 * that version without a condition, and none that denies. A version that nobody was granted has no policy at all
 * (GetLayerVersionPolicy answers 404): undefined.
 */
export function isPublic(policy: string | undefined, versionArn: string): boolean {
  if (policy === undefined) return false;
  const statements = readStatements(policy);
  return (
    statements.some((statement) => grantsEveryone(statement, versionArn)) &&
    statements.every((statement) => statement.Effect === 'Allow')
  );
}

type Statement = Readonly<Record<string, unknown>>;

function readStatements(policy: string): readonly Statement[] {
  const document: unknown = JSON.parse(policy);
  return asList(isRecord(document) ? document.Statement : undefined).filter(isRecord);
}

function grantsEveryone(statement: Statement, versionArn: string): boolean {
  return (
    statement.Effect === 'Allow' &&
    statement.Condition === undefined &&
    isEveryone(statement.Principal) &&
    asList(statement.Action).includes('lambda:GetLayerVersion') &&
    asList(statement.Resource).includes(versionArn)
  );
}

/** `*` as Lambda writes it, or as IAM also may. */
function isEveryone(principal: unknown): boolean {
  return asList(isRecord(principal) ? principal.AWS : principal).includes('*');
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Statement {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
