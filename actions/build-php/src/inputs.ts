import { type Cpu, cpus } from '../../shared/cpu.ts';
import { flag, oneOf, optionalText, text } from '../../shared/inputs.ts';
import { type BaseChoice, baseChoices } from './base.ts';

/** `quick`: `-O2` alone, for iterating; `release`: with profile-guided optimisation, the only one to publish. */
export const profiles = ['quick', 'release'] as const;
export type Profile = (typeof profiles)[number];

export interface Inputs {
  /** Two digits, such as `82`: the folder `php-82` holds what is built. */
  readonly phpVersion: string;
  readonly cpu: Cpu;
  readonly base: BaseChoice;
  readonly profile: Profile;
  /** False: nothing made by an earlier build is used, so that provenance tells the truth. */
  readonly cache: boolean;
  /** Appended to PHP's ./configure. */
  readonly configureFlags: string;
  /** The folder that receives the trees. */
  readonly output: string;
}

/** @param phpVersions what can be built: the `php-NN` folders */
export function readInputs(phpVersions: readonly string[]): Inputs {
  return {
    phpVersion: oneOf('php-version', phpVersions),
    cpu: oneOf('cpu', cpus),
    base: oneOf('base', baseChoices),
    profile: oneOf('profile', profiles),
    cache: flag('cache'),
    configureFlags: optionalText('configure-flags') ?? '',
    output: text('output'),
  };
}
