import type { Rule } from '../rule.ts';
import { describeNeed, versionDetails } from '../version-texts.ts';

export const unknownSymbolVersion: Rule = {
  name: 'unknown-symbol-version',
  severity: 'error',
  finds: 'A symbol version of an OS library that the policy has no data about.',
  remedy: "Bundle the library, or build against the OS's copy of it.",
  *check({ versionVerdicts, policy }) {
    for (const judged of versionVerdicts) {
      if (judged.verdict.kind !== 'unknown') continue;
      const message = `${describeNeed(judged.need)}, but the policy does not say that ${policy.runtime} has this version.`;
      yield { ...versionDetails(judged), message };
    }
  },
};
