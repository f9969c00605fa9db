import type { Cpu } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Case } from './case.ts';
import type { TargetName } from './options.ts';

export interface SkippedCase {
  readonly name: string;
  readonly reason: string;
}

export interface SelectedCases {
  /** Cases with the settings that apply here. */
  readonly selected: readonly Case[];
  readonly skipped: readonly SkippedCase[];
}

/**
 * Selects the cases that can run with a target and CPU.
 *
 * @param host CPU of this machine; QEMU emulates another one
 * @throws ActionError if all cases are skipped
 */
export function selectCases(
  cases: readonly Case[],
  { target, cpu }: { readonly target: TargetName; readonly cpu: Cpu },
  host: Cpu | undefined,
): SelectedCases {
  const isEmulated = target === 'emulator' && cpu !== host;
  const reasonToSkip = (test: Case) => {
    if (test.target !== undefined && test.target !== target) return `only for the target "${test.target}"`;
    return isEmulated ? test.emulatedCpu?.skip : undefined;
  };
  const skipped = cases.flatMap((test) => {
    const reason = reasonToSkip(test);
    return reason === undefined ? [] : [{ name: test.name, reason }];
  });
  const selected = cases.filter((test) => reasonToSkip(test) === undefined);
  if (selected.length === 0) {
    const reasons = new Set(skipped.map(({ reason }) => reason));
    throw new ActionError(
      `All cases are skipped (${cases.length}): ${[...reasons].join('; ')}. At least one case must run.`,
    );
  }
  return { selected: isEmulated ? selected.map(adaptToEmulation) : selected, skipped };
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
