import type { Expectation } from './expectation.ts';
import type { EmulatedCpu, Settings, TargetName } from './options.ts';

/** One test of a layer, read from a folder of cases. */
export type Case = ScriptCase | InvocationCase;

interface CaseBase {
  /** Such as `function/scripts/curl.php`: set, kind, name. */
  readonly name: string;
  /** What is at /var/task. Absolute. */
  readonly task: string;
  /** The file that defines the case, as annotations show it. */
  readonly source: string;
  readonly settings: Settings;
  /** The only target that it is meant for; undefined for any. */
  readonly target: TargetName | undefined;
  /** What is different where QEMU emulates the CPU of the layers. */
  readonly emulatedCpu: EmulatedCpu | undefined;
}

/** A program that passes when it exits with 0. */
export interface ScriptCase extends CaseBase {
  readonly kind: 'script';
  /** What is run, with /var/task as working directory. */
  readonly command: readonly [program: string, ...args: string[]];
}

/** Events that the function is invoked with, one after the other in one environment, and what it is to answer. */
export interface InvocationCase extends CaseBase {
  readonly kind: 'invocation';
  /** `_HANDLER`. */
  readonly handler: string;
  readonly expectation: Expectation;
}
