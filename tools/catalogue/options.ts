import { parseArgs } from 'node:util';
import { ActionError } from '#lib/node/errors.ts';

export const usage = `Usage: npm run catalogue -- --versions <file> --manifests <folder> --account <12 digits> --output <folder>

Creates a web page, <output>/index.html, for finding the ARN and the contents of a layer.

  --versions   versions.json of publish-layer, or bref's layers.json
  --manifests  folder with *.manifest.json and *.sbom.json of package-layer
  --account    AWS account of the layers
  --output     folder for the page
  --help       show this text
`;

export interface Options {
  readonly versions: string;
  readonly manifests: string;
  readonly account: string;
  readonly output: string;
}

const required = ['versions', 'manifests', 'account', 'output'] as const satisfies readonly (keyof Options)[];

/**
 * Reads the command line. Returns undefined if it asks for help.
 *
 * @throws ActionError if an option is unknown, or a value is missing or wrong
 */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const { help, ...values } = readValues(argv);
  if (help) return undefined;
  for (const name of required) {
    if (!values[name]) throw new ActionError(`--${name} is required. --help lists the options.`);
  }
  const options = values as Options;
  if (!/^\d{12}$/.test(options.account)) {
    throw new ActionError(`--account must have 12 digits; got ${JSON.stringify(options.account)}.`);
  }
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
    throw new ActionError('The options are wrong. npm run catalogue -- --help lists them.', { cause });
  }
}
