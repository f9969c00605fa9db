import { Ajv2020 } from 'ajv/dist/2020.js';
import { ActionError } from '#lib/node/errors.ts';
import type { OsFacts, OsLibrary } from './os-facts.ts';

/** The parts of a response of policies/probe/handler.php that a policy needs. */
interface ProbeResponse {
  readonly takenAt: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly interpreter: string;
  readonly searchOrder: readonly string[];
  readonly osFolders: readonly string[];
  readonly libraries: Readonly<
    Record<
      string,
      { soname: string | null; versionDefinitions: readonly string[]; exports?: readonly string[] }
    >
  >;
  readonly paths: Readonly<Record<string, boolean>>;
  readonly os: string;
  readonly kernel: string;
}

const strings = { type: 'array', items: { type: 'string' } } as const;
const validate = new Ajv2020({ allowUnionTypes: true }).compile<ProbeResponse>({
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
        properties: { soname: { type: ['string', 'null'] }, versionDefinitions: strings, exports: strings },
      },
    },
    paths: { type: 'object', additionalProperties: { type: 'boolean' } },
    os: { type: 'string' },
    kernel: { type: 'string' },
  },
});

/**
 * Parses a response of the probe.
 *
 * @throws ActionError if the text is not a response of the probe
 */
export function readProbe(json: string): OsFacts {
  let response: ProbeResponse;
  try {
    response = JSON.parse(json);
  } catch (cause) {
    throw new ActionError("The probe's response is not JSON. Save the function's response unchanged.", {
      cause,
    });
  }
  if (!validate(response)) {
    const [fault] = validate.errors ?? [];
    throw new ActionError(
      `The file is not a response of policies/probe: ${fault?.instancePath || 'it'} ${fault?.message}. ` +
        "Save the function's response unchanged.",
    );
  }
  const { architecture, interpreter, osFolders, searchOrder, libraries, paths, os, kernel, takenAt } =
    response;
  const known = new Map(Object.entries(paths));
  return {
    architecture,
    interpreter,
    osFolders,
    searchOrder,
    libraries: new Map(
      Object.entries(libraries).map(
        ([name, { soname, versionDefinitions, exports = [] }]): [string, OsLibrary] => [
          name,
          { soname: soname ?? undefined, versionDefinitions, exports },
        ],
      ),
    ),
    hasPath: (path) => known.get(path),
    source: { kind: 'probe', from: `A function on ${os}, ${kernel}, ${takenAt}` },
  };
}
