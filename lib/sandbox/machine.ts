import { open } from 'node:fs/promises';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';

/** Values of e_machine in the ELF header: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const machines: Readonly<Record<Cpu, number>> = { x86: 62, arm: 183 };

/** Reads the CPU of a file from its ELF header. Returns undefined if the file is not ELF. */
export async function readMachine(file: string): Promise<Cpu | `machine number ${number}` | undefined> {
  const header = Buffer.alloc(20);
  await using handle = await open(file);
  const { bytesRead } = await handle.read(header, 0, header.length, 0);
  if (bytesRead < header.length || header.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const machine = header.readUInt16LE(18);
  return cpus.find((cpu) => machines[cpu] === machine) ?? `machine number ${machine}`;
}
