import { ActionError } from '#lib/node/errors.ts';
import { isRecord, isString } from '#lib/node/json.ts';
import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';

/** Places where cases can run. */
export const targets = ['emulator', 'lambda'] as const;
export type TargetName = (typeof targets)[number];

/** Content of an options.json. */
export interface Options extends Partial<FunctionSettings> {
  /** Value of `_HANDLER`. By default it is the only file `handler.<extension>`. */
  readonly handler?: string;
  /** Only target that the case runs on. */
  readonly target?: TargetName;
  /** Changes that apply if QEMU emulates the CPU of the layers. */
  readonly emulatedCpu?: EmulatedCpu;
}

/** Larger limits for QEMU, which is about ten times as slow and needs memory for itself. */
export interface EmulatedCpu extends Partial<Pick<FunctionSettings, 'timeout' | 'memory'>> {
  /** Reason why the case cannot pass under QEMU. The case is then skipped. */
  readonly skip?: string;
}

/** Lambda's quotas: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const bounds = {
  timeout: { minimum: 1, maximum: 900, unit: 'seconds' },
  memory: { minimum: 128, maximum: 10_240, unit: 'MB' },
  temporarySpace: { minimum: 512, maximum: 10_240, unit: 'MB' },
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

/** Throws an error whose message is a whole sentence about a file. */
export type Reject = (sentence: string) => never;

/** Creates a function that throws ActionErrors which begin with the file's path. */
export function createReject(file: string): Reject {
  return (sentence) => {
    throw new ActionError(`${file}: ${sentence}`);
  };
}

/** Validates the content of an options.json. */
export function parseOptions(value: unknown, reject: Reject): Options {
  if (!isRecord(value)) return reject('The content must be a JSON object.');
  rejectUnknownKeys(value, optionKeys, reject);
  const { environment, cpuShare, handler, target, emulatedCpu } = value;
  if (environment !== undefined && !(isRecord(environment) && Object.values(environment).every(isString))) {
    return reject(`"environment" must be an object of strings; got ${JSON.stringify(environment)}.`);
  }
  checkNumbers(value, reject);
  if (cpuShare !== undefined && typeof cpuShare !== 'boolean') {
    return reject(`"cpuShare" must be true or false; got ${JSON.stringify(cpuShare)}.`);
  }
  if (handler !== undefined && !(isString(handler) && handler !== '')) {
    return reject(
      `"handler" must be the value of _HANDLER, a text that is not empty; got ${JSON.stringify(handler)}.`,
    );
  }
  if (target !== undefined && !targets.some((name) => name === target)) {
    return reject(`"target" must be one of ${targets.join(', ')}; got ${JSON.stringify(target)}.`);
  }
  if (emulatedCpu !== undefined) checkEmulatedCpu(emulatedCpu, reject);
  return value as Options;
}

function checkEmulatedCpu(value: unknown, reject: Reject): void {
  if (!isRecord(value)) {
    reject(`"emulatedCpu" must be an object; got ${JSON.stringify(value)}.`);
    return;
  }
  rejectUnknownKeys(value, emulatedCpuKeys, reject);
  checkNumbers(value, reject);
  const { skip } = value;
  if (skip !== undefined && !(isString(skip) && skip !== '')) {
    reject(`"skip" must be the reason, a text that is not empty; got ${JSON.stringify(skip)}.`);
  }
}

function checkNumbers(value: Readonly<Record<string, unknown>>, reject: Reject): void {
  for (const [name, { minimum, maximum, unit }] of Object.entries(bounds)) {
    const number = value[name];
    const isValid = Number.isInteger(number) && Number(number) >= minimum && Number(number) <= maximum;
    if (number !== undefined && !isValid) {
      reject(
        `"${name}" must be a whole number of ${unit} from ${minimum} to ${maximum}; got ${JSON.stringify(number)}.`,
      );
    }
  }
}

export function rejectUnknownKeys(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  reject: Reject,
): void {
  const unknown = Object.keys(value).find((key) => key !== '$schema' && !known.includes(key));
  if (unknown !== undefined) {
    reject(`The key ${JSON.stringify(unknown)} is unknown. Valid keys: ${known.join(', ')}.`);
  }
}

/** Merges the settings of all cases with a case's options. Environments are merged; other options replace the defaults. */
export function applyOptions(defaults: FunctionSettings, options: Options): FunctionSettings {
  return {
    environment: { ...defaults.environment, ...options.environment },
    timeout: options.timeout ?? defaults.timeout,
    memory: options.memory ?? defaults.memory,
    temporarySpace: options.temporarySpace ?? defaults.temporarySpace,
    cpuShare: options.cpuShare ?? defaults.cpuShare,
  };
}
