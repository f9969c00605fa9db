import { ActionError } from '#lib/node/errors.ts';
import { isRecord, isString } from '#lib/node/json.ts';

/** What a case can be run on. */
export const targets = ['emulator', 'lambda'] as const;
export type TargetName = (typeof targets)[number];

/** How one case is run: what the action's inputs say for all, changed by the case's own options. */
export interface Settings {
  /** Environment variables, on top of Lambda's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds that a script may take, or one invocation, the first one's init included. */
  readonly timeout: number;
  /** MB. */
  readonly memory: number;
  /** MB of /tmp. */
  readonly temporarySpace: number;
  /** CPU time by memory, as on Lambda, instead of a whole CPU. */
  readonly cpuShare: boolean;
}

/** What an options.json says. */
export interface Options extends Partial<Settings> {
  /** `_HANDLER`, where it is not the one file `handler.<extension>`. */
  readonly handler?: string;
  /** The only target that the case is meant for. */
  readonly target?: TargetName;
  /** What holds in place of the above where QEMU emulates the CPU of the layers. */
  readonly emulatedCpu?: EmulatedCpu;
}

/** QEMU takes about ten times as long, and memory for itself. */
export interface EmulatedCpu extends Partial<Pick<Settings, 'timeout' | 'memory'>> {
  /** Why the case cannot pass there, in a sentence: it is not run. */
  readonly skip?: string;
}

/** Lambda's quotas: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const bounds = {
  timeout: { least: 1, most: 900, unit: 'seconds' },
  memory: { least: 128, most: 10_240, unit: 'MB' },
  temporarySpace: { least: 512, most: 10_240, unit: 'MB' },
} as const;

export const optionKeys = [
  'environment',
  'timeout',
  'memory',
  'temporarySpace',
  'cpuShare',
  'handler',
  'target',
  'emulatedCpu',
];

const emulatedCpuKeys = ['timeout', 'memory', 'skip'];

/**
 * Validates the options of a case.
 *
 * @param refuse throws an error with the rule that is broken
 */
export function parseOptions(value: unknown, refuse: (rule: string) => never): Options {
  if (!isRecord(value)) return refuse('must be a JSON object');
  refuseUnknownKeys(value, optionKeys, refuse);
  const { environment, cpuShare, handler, target, emulatedCpu } = value;
  if (environment !== undefined && !(isRecord(environment) && Object.values(environment).every(isString))) {
    return refuse('must have an "environment" of names and strings');
  }
  checkNumbers(value, refuse);
  if (cpuShare !== undefined && typeof cpuShare !== 'boolean') {
    return refuse('must have a "cpuShare" of true or false');
  }
  if (handler !== undefined && !(isString(handler) && handler !== '')) {
    return refuse('must have a "handler" that is the text of _HANDLER');
  }
  if (target !== undefined && !targets.some((name) => name === target)) {
    return refuse(`must have a "target" that is one of ${targets.join(', ')}`);
  }
  if (emulatedCpu !== undefined) checkEmulatedCpu(emulatedCpu, refuse);
  return value as Options;
}

function checkEmulatedCpu(value: unknown, refuse: (rule: string) => never): void {
  if (!isRecord(value)) {
    refuse('must have an "emulatedCpu" that is an object');
    return;
  }
  refuseUnknownKeys(value, emulatedCpuKeys, refuse);
  checkNumbers(value, refuse);
  const { skip } = value;
  if (skip !== undefined && !(isString(skip) && skip !== '')) {
    refuse('must have a "skip" that says why');
  }
}

function checkNumbers(value: Readonly<Record<string, unknown>>, refuse: (rule: string) => never): void {
  for (const [name, { least, most, unit }] of Object.entries(bounds)) {
    const number = value[name];
    const isValid = Number.isInteger(number) && Number(number) >= least && Number(number) <= most;
    if (number !== undefined && !isValid) {
      refuse(`must have a "${name}" of ${least} to ${most} whole ${unit}`);
    }
  }
}

export function refuseUnknownKeys(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  refuse: (rule: string) => never,
): void {
  const unknown = Object.keys(value).find((key) => key !== '$schema' && !known.includes(key));
  if (unknown !== undefined) {
    refuse(`has the unknown key ${JSON.stringify(unknown)}; known are ${known.join(', ')}`);
  }
}

/** The settings of one case. Its environment is added to that of all; every other option replaces. */
export function applyOptions(defaults: Settings, options: Options): Settings {
  return {
    environment: { ...defaults.environment, ...options.environment },
    timeout: options.timeout ?? defaults.timeout,
    memory: options.memory ?? defaults.memory,
    temporarySpace: options.temporarySpace ?? defaults.temporarySpace,
    cpuShare: options.cpuShare ?? defaults.cpuShare,
  };
}

/** Refuses a file by name. */
export function refuserOf(file: string): (rule: string) => never {
  return (rule) => {
    throw new ActionError(`"${file}" ${rule}.`);
  };
}
