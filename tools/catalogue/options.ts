import { parseArgs } from 'node:util';
import { ActionError, InputError } from '#lib/node/errors.ts';

export const usage = `Usage: npm run catalogue -- --versions <file> --manifests <folder> --account <number> --output <folder>

Makes a web page, <output>/index.html, on which people find the ARN of a layer and what is in it.

  --versions   versions.json of publish-layer, or bref's layers.json
  --manifests  folder of *.manifest.json and *.sbom.json, as package-layer writes them
  --account    AWS account that the layers are published by, 12 digits
  --output     folder for the page
`;

export interface Options {
  readonly versions: string;
  readonly manifests: string;
  readonly account: string;
  readonly output: string;
}

const required = ['versions', 'manifests', 'account', 'output'] as const satisfies readonly (keyof Options)[];

/** Undefined where help is asked for. Throws an ActionError for an unknown option, or a value that is missing or wrong. */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const { help, ...values } = readValues(argv);
  if (help) return undefined;
  for (const name of required) {
    if (!values[name]) throw new InputError(name, 'is required', values[name] ?? '');
  }
  const options = values as Options;
  if (!/^\d{12}$/.test(options.account))
    throw new InputError('account', 'must be 12 digits', options.account);
  return options;
}

function readValues(argv: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = {
      help: { type: 'boolean' },
      versions: text,
      manifests: text,
      account: text,
      output: text,
    } as const;
    return parseArgs({ args: [...argv], options }).values;
  } catch (cause) {
    throw new ActionError('These are not options of the catalogue; npm run catalogue -- --help lists them.', {
      cause,
    });
  }
}
