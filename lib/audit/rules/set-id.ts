import { formatPermissions } from '../file-content.ts';
import type { Rule } from '../rule.ts';

export const setId: Rule = {
  name: 'set-id',
  severity: 'error',
  finds: 'A set-uid or set-gid bit. Layers lose it, so a program that needs it fails.',
  remedy: 'chmod ug-s <file>',
  *check({ files }) {
    const message = 'A layer loses set-uid and set-gid bits, so a program that needs them fails on Lambda.';
    for (const { path, permissions } of files) {
      if ((permissions & 0o6000) === 0) continue;
      yield { file: path, subject: formatPermissions(permissions), message };
    }
  },
};
