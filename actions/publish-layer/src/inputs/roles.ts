import type { OidcRole } from '#lib/aws/credentials.ts';
import { InputError } from '#lib/node/errors.ts';
import { optionalText } from '#lib/node/inputs.ts';
import type { Visibility } from './access.ts';
import type { Problems } from './problems.ts';

/** Whose credentials a run works with. */
export interface RoleInputs {
  /** To be assumed with GitHub's OIDC token; undefined: the SDK's default chain. */
  readonly role: OidcRole | undefined;
  /** 12 digits. */
  readonly expectedAccount: string | undefined;
  /** ARN of a role of another account, which is to see the layers. */
  readonly strangerRole: string | undefined;
}

/** Without a role these would be left unused, and nobody would notice. */
const ofRoleOnly = ['audience', 'role-session-name', 'role-duration'] as const;

export function readRoles(
  problems: Problems,
  partition: string | undefined,
  visibility: Visibility,
  environment: NodeJS.ProcessEnv,
): RoleInputs {
  const arn = problems.collect(() => readRole('role-to-assume', partition), undefined);
  const expectedAccount = problems.collect(
    () => matching('expected-account', /^\d{12}$/, 'must be the 12 digits of an account'),
    undefined,
  );
  const strangerRole = problems.collect(() => readRole('stranger-role', partition), undefined);
  const sessionName = problems.collect(
    () => matching('role-session-name', /^[\w+=,.@-]{2,64}$/, 'must be 2 to 64 of a-z, A-Z, 0-9, "_+=,.@-"'),
    undefined,
  );
  const duration = problems.collect(readDuration, undefined);
  if (arn === undefined) {
    for (const name of ofRoleOnly.filter((input) => optionalText(input) !== undefined)) {
      problems.add(`Input "${name}" goes with "role-to-assume", which was not given.`);
    }
  } else if (expectedAccount !== undefined && accountOf(arn) !== expectedAccount) {
    problems.add(
      `Input "role-to-assume" is a role of account ${accountOf(arn)}, and "expected-account" is ${expectedAccount}.`,
    );
  }
  if (strangerRole !== undefined && visibility === 'private') {
    problems.add('Input "stranger-role" checks that others see the layers, and "visibility" is private.');
  }
  if (strangerRole !== undefined && arn !== undefined && accountOf(strangerRole) === accountOf(arn)) {
    problems.add('Input "stranger-role" must be a role of another account than that of "role-to-assume".');
  }
  const role =
    arn === undefined
      ? undefined
      : {
          arn,
          // The audience that AWS's own action for GitHub asks for in China.
          audience:
            optionalText('audience') ??
            (partition === 'aws-cn' ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com'),
          sessionName: sessionName ?? `publish-layer-${environment.GITHUB_RUN_ID || 'local'}`,
          duration: duration ?? 3600,
        };
  return { role, expectedAccount, strangerRole };
}

/** The account of a role's ARN. */
export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

function readRole(input: string, partition: string | undefined): string | undefined {
  const role = matching(
    input,
    /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/,
    'must be the ARN of a role, such as arn:aws:iam::123456789012:role/publish-layers',
  );
  if (role !== undefined && partition !== undefined && role.split(':')[1] !== partition) {
    throw new InputError(input, `must be of the partition of the regions, ${partition}`, role);
  }
  return role;
}

/** Bounds of AssumeRoleWithWebIdentity (botocore's service model). */
function readDuration(): number | undefined {
  const value = optionalText('role-duration');
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!/^\d+$/.test(value) || seconds < 900 || seconds > 43_200) {
    throw new InputError('role-duration', 'must be a whole number of seconds from 900 to 43200', value);
  }
  return seconds;
}

function matching(name: string, pattern: RegExp, rule: string): string | undefined {
  const value = optionalText(name);
  if (value !== undefined && !pattern.test(value)) throw new InputError(name, rule, value);
  return value;
}
