import { formatPermissions } from '../file-content.ts';
import type { Rule } from '../rule.ts';

/** Files that Lambda or a user starts: programs, the bootstrap, external extensions. */
const startedFiles = /^(?:bin\/|bootstrap$|extensions\/[^/]+$)/;

export const notExecutable: Rule = {
  name: 'not-executable',
  severity: 'error',
  finds: 'A program in `bin/` or `extensions/`, or a `bootstrap`, that is not executable.',
  remedy: 'chmod +x <file>',
  *check({ files }) {
    const message = 'The program is not executable, so Lambda cannot start it.';
    for (const { path, kind, permissions, isExecutable } of files) {
      if (kind === 'other' || isExecutable || !startedFiles.test(path)) continue;
      yield { file: path, subject: formatPermissions(permissions), message };
    }
  },
};
