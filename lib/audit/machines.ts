import type { ElfFile } from '#lib/elf/elf.ts';
import type { Cpu } from '#lib/layer/cpu.ts';

/** e_machine of each CPU (elf.h: EM_X86_64, EM_AARCH64). */
export const machines: Readonly<Record<Cpu, number>> = { x86: 62, arm: 183 };

/** Names of common machines by e_machine (elf.h, EM_*), for messages. */
export const machineNames: ReadonlyMap<number, string> = new Map([
  [3, '32-bit x86'],
  [40, '32-bit ARM'],
  [machines.x86, 'x86-64'],
  [machines.arm, 'ARM64'],
  [243, 'RISC-V'],
]);

export function nameMachine({ bits, machine }: ElfFile): string {
  return machineNames.get(machine) ?? `machine ${machine}, ${bits}-bit`;
}

/** Whether Lambda's kernel and loader accept the file on this machine. */
export function isForMachine(elf: ElfFile, machine: number): boolean {
  return elf.machine === machine && elf.bits === 64 && elf.endianness === 'little';
}
