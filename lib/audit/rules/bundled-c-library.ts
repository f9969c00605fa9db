import { basename } from 'node:path';
import type { Rule } from '../rule.ts';

export const bundledCLibrary: Rule = {
  name: 'bundled-c-library',
  severity: 'error',
  finds:
    "A part of glibc. It works only with the loader of its own glibc build, but Lambda uses the OS's loader.",
  remedy: "Remove it. The process then uses the OS's copy.",
  *check({ binaries, policy }) {
    for (const { path, elf } of binaries) {
      const name = elf.soname ?? basename(path);
      if (!policy.isCLibrary(name)) continue;
      const message = `${name} is a part of glibc and must come from the same build as the OS's loader. A second copy crashes the process.`;
      yield { file: path, subject: name, message };
    }
  },
};
