import { nameMachine } from '../machines.ts';
import type { Rule } from '../rule.ts';

export const machineCode: Rule = {
  name: 'machine-code',
  severity: 'error',
  finds: 'Machine code in a layer with `cpu: any`.',
  remedy: 'Remove it, or package one layer per CPU.',
  *check({ cpu, elfFiles }) {
    if (cpu !== 'any') return;
    const message = 'A layer with cpu "any" runs on both CPUs, but this file is machine code for one CPU.';
    for (const { path, elf } of elfFiles) yield { file: path, subject: nameMachine(elf), message };
  },
};
