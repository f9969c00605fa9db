import type { Rule } from '../rule.ts';

export const wrongInterpreter: Rule = {
  name: 'wrong-interpreter',
  severity: 'error',
  finds: "A program for another loader than Lambda's, such as musl's. It does not start.",
  remedy: 'Build it against glibc, or link it statically.',
  *check({ binaries, policy }) {
    for (const { path, elf } of binaries) {
      if (elf.interpreter === undefined || elf.interpreter === policy.interpreter) continue;
      const message = `The program needs the loader ${elf.interpreter}, but Lambda's is ${policy.interpreter}. It does not start.`;
      yield { file: path, subject: elf.interpreter, message };
    }
  },
};
