import type { Cpu } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Case } from './case.ts';
import type { TargetName } from './options.ts';

/** A case that is not run here, and why. */
export interface SkippedCase {
  readonly name: string;
  readonly reason: string;
}

export interface ChosenCases {
  /** With the settings that hold here. */
  readonly chosen: readonly Case[];
  readonly skipped: readonly SkippedCase[];
}

/**
 * Parts the cases that can be run here from those that cannot.
 *
 * @param host the CPU of this machine; containers of another one are emulated by QEMU
 * @throws ActionError where none is left
 */
export function chooseCases(
  cases: readonly Case[],
  { target, cpu }: { readonly target: TargetName; readonly cpu: Cpu },
  host: Cpu | undefined,
): ChosenCases {
  const isEmulated = target === 'emulator' && cpu !== host;
  const reasonToSkip = (test: Case) => {
    if (test.target !== undefined && test.target !== target) return 'not meant for this target';
    return isEmulated ? test.emulatedCpu?.skip : undefined;
  };
  const skipped = cases.flatMap((test) => {
    const reason = reasonToSkip(test);
    return reason === undefined ? [] : [{ name: test.name, reason }];
  });
  const chosen = cases.filter((test) => reasonToSkip(test) === undefined);
  if (chosen.length === 0) {
    const reasons = new Set(skipped.map(({ reason }) => reason));
    throw new ActionError(`None of ${cases.length} cases can be run here: ${[...reasons].join('; ')}.`);
  }
  return { chosen: isEmulated ? chosen.map(adaptToEmulation) : chosen, skipped };
}

function adaptToEmulation(test: Case): Case {
  const { timeout, memory } = test.emulatedCpu ?? {};
  const settings = {
    ...test.settings,
    ...(timeout !== undefined && { timeout }),
    ...(memory !== undefined && { memory }),
  };
  return { ...test, settings };
}
