import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { InputError } from '#lib/node/errors.ts';
import lambdaAl2023 from '../../policies/lambda-al2023.json' with { type: 'json' };
import schema from '../../policies/policy.schema.json' with { type: 'json' };

/** Policy file. policies/policy.schema.json describes each field. */
export interface PolicyData {
  readonly $schema?: string;
  readonly schema: 1;
  readonly runtime: string;
  readonly sources: Readonly<Record<string, PolicySource>>;
  readonly searchOrder: readonly string[];
  readonly osFolders: readonly string[];
  readonly notOnLambda: readonly string[];
  readonly symbolVersions: Readonly<Record<string, string>>;
  readonly libraryVersions: Readonly<Record<string, LibraryVersions>>;
  readonly exports?: LibraryExports;
  readonly paths: readonly string[];
  readonly foreignPaths: readonly string[];
  readonly cLibrary: readonly string[];
  readonly architectures: Readonly<Record<'x86_64' | 'arm64', ArchitectureData>>;
}

/** Origin of a part of the data. */
export interface PolicySource {
  readonly kind: 'probe' | 'image' | 'package' | 'published list' | 'documentation' | 'inferred';
  readonly from: string;
}

/** Names of exported symbols by SONAME. */
export type LibraryExports = Readonly<Record<string, ExportGroups>>;

/** Ends of the names by their prefix, separated by spaces. `*` stands for all names with the prefix. */
export type ExportGroups = Readonly<Record<string, string>>;

export interface LibraryVersions {
  readonly numbered: Readonly<Record<string, string>>;
  readonly named: readonly string[];
}

export interface ArchitectureData {
  readonly interpreter: string;
  readonly sonames: readonly string[];
  readonly versionDefinitions?: Readonly<Record<string, readonly string[]>>;
  readonly exports?: LibraryExports;
}

const builtIn: Readonly<Record<string, unknown>> = { al2023: lambdaAl2023 };
const validate = new Ajv2020({ allErrors: false }).compile(schema);

/**
 * Reads a policy.
 *
 * @param policy name of a built-in policy, or path of a policy file
 * @throws InputError if the policy does not exist or breaks the schema
 */
export async function readPolicy(policy: string): Promise<PolicyData> {
  const data = Object.hasOwn(builtIn, policy) ? builtIn[policy] : await readJson(policy);
  const fault = findPolicyFault(data);
  if (fault !== undefined) {
    throw new InputError(`Input "policy" must follow policies/policy.schema.json; in ${policy}, ${fault}.`);
  }
  return data as PolicyData;
}

/** Returns the first violation of the policy schema, such as `/osFolders must be array`. */
export function findPolicyFault(data: unknown): string | undefined {
  if (validate(data)) return undefined;
  const [fault] = validate.errors ?? [];
  return `${fault?.instancePath || 'it'} ${fault?.message ?? 'is wrong'}`;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const fault = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
    throw new InputError(
      `Input "policy" must be ${Object.keys(builtIn).join(', ')} or the path of a JSON file; got "${path}" (${fault}).`,
    );
  }
}
