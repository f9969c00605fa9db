import type { Rule, RuleFinding } from '../rule.ts';
import { describeNeed, versionDetails } from '../version-texts.ts';
import type { JudgedVersion } from '../version-verdicts.ts';

/**
 * The loader refuses an object before it runs any of its code if one version is missing. If the need is weak, or if
 * the library has no versions at all, it only logs a warning (glibc, elf/dl-version.c).
 */
export const symbolVersion: Rule = {
  name: 'symbol-version',
  severity: 'error',
  finds:
    'A symbol version that the OS or a bundled library lacks. A warning if the loader continues without it.',
  remedy: 'Build the file on an older system, or bind the symbol to an older version with .symver.',
  *check({ versionVerdicts, policy }) {
    for (const judged of versionVerdicts) {
      const problem = describeProblem(judged, policy.runtime);
      if (problem === undefined) continue;
      const isBundled = judged.provider !== 'os';
      yield {
        ...versionDetails(judged),
        ...(isBundled && { remedy: 'Bundle the library that the file was built against.' }),
        ...problem,
      };
    }
  },
};

function describeProblem(
  judged: JudgedVersion,
  runtime: string,
): Pick<RuleFinding, 'message' | 'severity'> | undefined {
  const { need, provider, verdict } = judged;
  const library = provider === 'os' ? `${need.library} of ${runtime}` : describeBundled(provider);
  switch (verdict.kind) {
    case 'too-new':
      return { message: `${describeNeed(need)}. The newest version on ${runtime} is ${verdict.newest}.` };
    case 'absent':
      return { message: `${describeNeed(need)}, but ${library} does not define this version.` };
    case 'unversioned':
      return {
        severity: 'warning',
        message:
          `The file was built against a ${need.library} with symbol versions, but ${library} has none. ` +
          'The loader writes a warning to the log.',
      };
    case 'offered':
    case 'unknown':
      return undefined;
  }
}

function describeBundled({ path, lowerLayer }: Exclude<JudgedVersion['provider'], 'os'>): string {
  return lowerLayer === undefined ? `the layer's ${path}` : `${path} of the layer ${lowerLayer}`;
}
