import type { OidcRole } from '#lib/aws/credentials.ts';
import { InputError } from '#lib/node/errors.ts';
import { optionalText } from '#lib/node/inputs.ts';
import type { Visibility } from './access.ts';
import type { Problems } from './problems.ts';

/** Roles and account of a run. */
export interface RoleInputs {
  /** Role to assume with GitHub's OIDC token; undefined: the SDK's default chain. */
  readonly role: OidcRole | undefined;
  /** 12 digits. */
  readonly expectedAccount: string | undefined;
  /** ARN of a role of another account, which must be able to read the layers. */
  readonly strangerRole: string | undefined;
}

/** Inputs that have an effect only together with `role-to-assume`. */
const roleOnlyInputs = ['audience', 'role-session-name', 'role-duration'] as const;

export function readRoles(
  problems: Problems,
  partition: string | undefined,
  visibility: Visibility,
  environment: NodeJS.ProcessEnv,
): RoleInputs {
  const arn = problems.collect(() => readRole('role-to-assume', partition), undefined);
  const expectedAccount = problems.collect(readExpectedAccount, undefined);
  const strangerRole = problems.collect(() => readRole('stranger-role', partition), undefined);
  const audience = optionalText('audience');
  const sessionName = problems.collect(readSessionName, undefined);
  const durationSeconds = problems.collect(readDuration, undefined);
  if (arn === undefined) {
    for (const name of roleOnlyInputs.filter((input) => optionalText(input) !== undefined)) {
      problems.add(`Input "${name}" requires "role-to-assume", which is not set.`);
    }
  } else if (expectedAccount !== undefined && accountOf(arn) !== expectedAccount) {
    problems.add(
      `Input "role-to-assume" is a role of account ${accountOf(arn)}, but "expected-account" is ${expectedAccount}. ` +
        'Correct one of them.',
    );
  }
  if (strangerRole !== undefined && visibility === 'private') {
    problems.add(
      'Input "stranger-role" checks that another account can read the layers, but "visibility" is private. ' +
        'Remove "stranger-role", or change "visibility".',
    );
  }
  if (strangerRole !== undefined && arn !== undefined && accountOf(strangerRole) === accountOf(arn)) {
    problems.add('Input "stranger-role" must belong to a different account than "role-to-assume".');
  }
  const role =
    arn === undefined
      ? undefined
      : {
          arn,
          // aws-actions/configure-aws-credentials uses the same audience in China.
          audience: audience ?? (partition === 'aws-cn' ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com'),
          sessionName: sessionName ?? `publish-layer-${environment.GITHUB_RUN_ID || 'local'}`,
          durationSeconds: durationSeconds ?? 3600,
        };
  return { role, expectedAccount, strangerRole };
}

/** Returns the account of a role's ARN. */
export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

function readRole(input: string, partition: string | undefined): string | undefined {
  const role = optionalText(input);
  if (role === undefined) return undefined;
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/.test(role)) {
    throw new InputError(
      `Input "${input}" must be the ARN of a role, such as arn:aws:iam::123456789012:role/publish-layers; ` +
        `got "${role}".`,
    );
  }
  if (partition !== undefined && role.split(':')[1] !== partition) {
    throw new InputError(
      `Input "${input}" must be in the partition of the regions, ${partition}; got "${role}".`,
    );
  }
  return role;
}

/** Bounds of AssumeRoleWithWebIdentity (botocore's service model). */
function readSessionName(): string | undefined {
  const name = optionalText('role-session-name');
  if (name !== undefined && !/^[\w+=,.@-]{2,64}$/.test(name)) {
    throw new InputError(
      `Input "role-session-name" must be 2 to 64 letters, digits or "_+=,.@-"; got "${name}".`,
    );
  }
  return name;
}

/** Bounds of AssumeRoleWithWebIdentity (botocore's service model). */
function readDuration(): number | undefined {
  const value = optionalText('role-duration');
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!/^\d+$/.test(value) || seconds < 900 || seconds > 43_200) {
    throw new InputError(
      `Input "role-duration" must be a whole number of seconds from 900 to 43200; got "${value}".`,
    );
  }
  return seconds;
}

function readExpectedAccount(): string | undefined {
  const account = optionalText('expected-account');
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new InputError(`Input "expected-account" must be the 12 digits of an account; got "${account}".`);
  }
  return account;
}
