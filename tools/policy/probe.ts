import { Ajv2020 } from 'ajv/dist/2020.js';
import { ActionError } from '#lib/node/errors.ts';
import type { OsFacts, OsLibrary } from './os-facts.ts';

/** The answer of policies/probe/handler.php, as far as a policy is made of it. */
interface ProbeAnswer {
  readonly takenAt: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly interpreter: string;
  readonly searchOrder: readonly string[];
  readonly osFolders: readonly string[];
  readonly libraries: Readonly<
    Record<string, { soname: string | null; versionDefinitions: readonly string[] }>
  >;
  readonly paths: Readonly<Record<string, boolean>>;
  readonly os: string;
  readonly kernel: string;
}

const strings = { type: 'array', items: { type: 'string' } } as const;
const validate = new Ajv2020({ allowUnionTypes: true }).compile<ProbeAnswer>({
  type: 'object',
  required: [
    'schema',
    'kind',
    'takenAt',
    'architecture',
    'interpreter',
    'searchOrder',
    'osFolders',
    'libraries',
    'paths',
    'os',
    'kernel',
  ],
  properties: {
    schema: { const: 1 },
    kind: { const: 'lambda-os-probe' },
    takenAt: { type: 'string' },
    architecture: { enum: ['x86_64', 'arm64'] },
    interpreter: { type: 'string' },
    searchOrder: { ...strings, minItems: 1 },
    osFolders: { ...strings, minItems: 1 },
    libraries: {
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        type: 'object',
        required: ['soname', 'versionDefinitions'],
        properties: { soname: { type: ['string', 'null'] }, versionDefinitions: strings },
      },
    },
    paths: { type: 'object', additionalProperties: { type: 'boolean' } },
    os: { type: 'string' },
    kernel: { type: 'string' },
  },
});

/** Throws an ActionError for JSON that is no answer of the probe. */
export function readProbe(json: string): OsFacts {
  let answer: ProbeAnswer;
  try {
    answer = JSON.parse(json);
  } catch (cause) {
    throw new ActionError("The probe's answer is not JSON; save what the function answered, as it is.", {
      cause,
    });
  }
  if (!validate(answer)) {
    const [fault] = validate.errors ?? [];
    throw new ActionError(
      `This is no answer of policies/probe: ${fault?.instancePath || 'it'} ${fault?.message}. ` +
        'Save what the function answered, as it is.',
    );
  }
  const { architecture, interpreter, osFolders, searchOrder, libraries, paths, os, kernel, takenAt } = answer;
  const known = new Map(Object.entries(paths));
  return {
    architecture,
    interpreter,
    osFolders,
    searchOrder,
    libraries: new Map(
      Object.entries(libraries).map(([name, { soname, versionDefinitions }]): [string, OsLibrary] => [
        name,
        { soname: soname ?? undefined, versionDefinitions },
      ]),
    ),
    hasPath: (path) => known.get(path),
    source: { kind: 'probe', from: `A function on ${os}, ${kernel}, ${takenAt}` },
  };
}
