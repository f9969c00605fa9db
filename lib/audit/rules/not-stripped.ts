import type { Rule } from '../rule.ts';

export const notStripped: Rule = {
  name: 'not-stripped',
  severity: 'warning',
  finds: 'A symbol table or debug information, which only makes the layer larger.',
  remedy: 'strip --strip-unneeded <file>',
  *check({ binaries }) {
    for (const { path, elf } of binaries) {
      const [first] = elf.strippableSections;
      if (first === undefined) continue;
      const message = `Lambda uses none of these sections: ${elf.strippableSections.join(', ')}.`;
      yield { file: path, subject: first, message };
    }
  },
};
