import { InputError } from '#lib/node/errors.ts';
import { oneOf, optionalText } from '#lib/node/inputs.ts';
import { type BaseOsChoice, baseOsChoices } from './names.ts';

export interface BaseOsInputs {
  readonly baseOs: BaseOsChoice;
  /** Image that replaces the one of al2023. */
  readonly baseImage: string | undefined;
}

/** Reads the inputs `base` and `base-image`. */
export function readBaseOs(): BaseOsInputs {
  const baseOs = oneOf('base', baseOsChoices);
  const baseImage = optionalText('base-image');
  if (baseImage !== undefined && baseOs !== 'al2023') {
    throw new InputError(
      `Input "base-image" needs \`base: al2023\`, because it replaces that image; got "${baseImage}" with \`base: ${baseOs}\`.`,
    );
  }
  if (baseImage !== undefined && !/^[a-z0-9][\w.:/@-]*$/.test(baseImage)) {
    throw new InputError(`Input "base-image" must be the name of an image; got "${baseImage}".`);
  }
  return { baseOs, baseImage };
}
