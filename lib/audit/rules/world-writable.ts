import { formatPermissions } from '../file-content.ts';
import type { Rule } from '../rule.ts';

export const worldWritable: Rule = {
  name: 'world-writable',
  severity: 'error',
  finds: 'A file that every user can change.',
  remedy: 'chmod o-w <file>',
  *check({ files }) {
    for (const { path, permissions } of files) {
      if ((permissions & 0o002) === 0) continue;
      const subject = formatPermissions(permissions);
      yield { file: path, subject, message: 'Every user can change this file.' };
    }
  },
};
