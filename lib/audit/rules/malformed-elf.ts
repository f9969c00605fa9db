import type { Rule } from '../rule.ts';

export const malformedElf: Rule = {
  name: 'malformed-elf',
  severity: 'error',
  finds: 'A file that starts like an ELF file but breaks the format, such as a truncated file.',
  remedy: 'Build or copy the file again.',
  *check({ malformedFiles }) {
    for (const { path, fault } of malformedFiles) {
      yield { file: path, message: `The file starts like an ELF file but breaks the format: ${fault}.` };
    }
  },
};
