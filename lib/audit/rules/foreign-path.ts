import type { Rule } from '../rule.ts';

/** A warning, because a program can contain a path without needing it. */
export const foreignPath: Rule = {
  name: 'foreign-path',
  severity: 'warning',
  finds: 'A path of another distribution in the loaded part of a program or library.',
  remedy: 'Redirect it to a path in /opt. If nothing needs the path, waive the rule.',
  *check({ binaries, policy }) {
    for (const { path: file, foreignPaths } of binaries) {
      for (const path of foreignPaths) {
        const message = `${path} is a path of the build machine. It does not exist on ${policy.runtime}.`;
        yield { file, subject: path, message };
      }
    }
  },
};
