import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';
import type { Expectation } from './expectation.ts';
import type { EmulatedCpu, TargetName } from './options.ts';

/** One test of a layer, read from a folder of cases. */
export type Case = ScriptCase | InvocationCase;

interface CommonCase {
  /** Set, kind and name, such as `function/scripts/curl.php`. */
  readonly name: string;
  /** Absolute path of the folder that is mounted at /var/task. */
  readonly task: string;
  /** File that defines the case, for annotations. */
  readonly source: string;
  readonly settings: FunctionSettings;
  /** Only target that the case runs on; undefined for any. */
  readonly target: TargetName | undefined;
  /** Changes that apply if QEMU emulates the CPU of the layers. */
  readonly emulatedCpu: EmulatedCpu | undefined;
}

/** A program that passes if it exits with 0. */
export interface ScriptCase extends CommonCase {
  readonly kind: 'script';
  /** Command that runs in the working directory /var/task. */
  readonly command: readonly [program: string, ...args: string[]];
}

/** A function, the events that are sent to one environment of it, and the expected answers. */
export interface InvocationCase extends CommonCase {
  readonly kind: 'invocation';
  /** Value of `_HANDLER`. */
  readonly handler: string;
  readonly expectation: Expectation;
}
