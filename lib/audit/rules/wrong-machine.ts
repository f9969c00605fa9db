import { isForMachine, machineNames, nameMachine } from '../machines.ts';
import type { Rule } from '../rule.ts';

export const wrongMachine: Rule = {
  name: 'wrong-machine',
  severity: 'error',
  finds: 'Machine code for another CPU.',
  remedy: 'Build it for the layer\'s CPU, or correct the input "cpu".',
  *check({ cpu, elfFiles, policy }) {
    if (cpu === 'any') return;
    for (const { path, elf } of elfFiles) {
      if (isForMachine(elf, policy.machine)) continue;
      const name = nameMachine(elf);
      const message = `The layer is for ${machineNames.get(policy.machine)}, but the file is for ${name}.`;
      yield { file: path, subject: name, message };
    }
  },
};
