import { open } from 'node:fs/promises';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';

/** e_machine of the ELF header, by CPU: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const machines: Readonly<Record<Cpu, number>> = { x86: 62, arm: 183 };

/** The CPU that a file is machine code for, or what else its header says; undefined where it is no machine code. */
export async function readMachine(file: string): Promise<Cpu | `machine number ${number}` | undefined> {
  const header = Buffer.alloc(20);
  await using handle = await open(file);
  const { bytesRead } = await handle.read(header, 0, header.length, 0);
  if (bytesRead < header.length || header.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const machine = header.readUInt16LE(18);
  return cpus.find((cpu) => machines[cpu] === machine) ?? `machine number ${machine}`;
}
