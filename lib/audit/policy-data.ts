import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { InputError } from '#lib/node/errors.ts';
import lambdaAl2023 from '../../policies/lambda-al2023.json' with { type: 'json' };
import schema from '../../policies/policy.schema.json' with { type: 'json' };

/** What an OS offers a layer, as policies/policy.schema.json describes it field by field. */
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
  readonly paths: readonly string[];
  readonly foreignPaths: readonly string[];
  readonly cLibrary: readonly string[];
  readonly architectures: Readonly<Record<'x86_64' | 'arm64', ArchitectureData>>;
}

/** Where a part of the data is from. */
export interface PolicySource {
  readonly kind: 'probe' | 'image' | 'published list' | 'documentation' | 'inferred';
  readonly from: string;
}

export interface LibraryVersions {
  readonly numbered: Readonly<Record<string, string>>;
  readonly named: readonly string[];
}

export interface ArchitectureData {
  readonly interpreter: string;
  readonly sonames: readonly string[];
  readonly versionDefinitions?: Readonly<Record<string, readonly string[]>>;
}

const builtIn: Readonly<Record<string, unknown>> = { al2023: lambdaAl2023 };
const validate = new Ajv2020({ allErrors: false }).compile(schema);

/**
 * A policy by the name of one that is built in, or by the path of a file. Throws an InputError where there is no such
 * policy, or where it breaks the schema.
 */
export async function readPolicy(given: string): Promise<PolicyData> {
  const data = Object.hasOwn(builtIn, given) ? builtIn[given] : await readJson(given);
  const fault = findPolicyFault(data);
  if (fault !== undefined)
    throw new InputError('policy', `must follow policies/policy.schema.json (${fault})`, given);
  return data as PolicyData;
}

/** The first way in which a value breaks the schema of policies, such as `/osFolders must be array`. */
export function findPolicyFault(data: unknown): string | undefined {
  if (validate(data)) return undefined;
  const [fault] = validate.errors ?? [];
  return `${fault?.instancePath || 'it'} ${fault?.message ?? 'is wrong'}`;
}

async function readJson(path: string): Promise<unknown> {
  const rule = `must be ${Object.keys(builtIn).join(', ')} or the path of a JSON file`;
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const fault = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
    throw new InputError('policy', `${rule} (${fault})`, path);
  }
}
