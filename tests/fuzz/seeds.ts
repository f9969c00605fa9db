import { existsSync, readFileSync } from 'node:fs';
import { isElf } from '#lib/elf/elf.ts';
import { buildElf, x86Interpreter } from '../fixtures/elf-builder.ts';
import { createSeed, type Seed } from './mutations.ts';

/** Larger files make a run slow and find no other defects. */
const maxBytes = 300_000;

/** Collects small files with every table, and real ones: this process's libraries and two programs. */
export function collectSeeds(): readonly Seed[] {
  const built = {
    'a library': buildElf({
      needed: ['libx.so.1', 'libc.so.6'],
      soname: 'libself.so.3',
      rpath: '$ORIGIN/../lib:/opt/lib',
      versionNeeds: [
        { library: 'libx.so.1', versions: ['X_1', 'X_2'] },
        { library: 'libc.so.6', versions: ['GLIBC_2.34'], isWeak: true },
      ],
      versionDefinitions: ['SELF_1', 'SELF_2'],
      imports: { x_open: 'X_1', x_close: 'X_2' },
      exports: { self_open: 'SELF_1', self_close: 'SELF_2' },
      symbolTable: true,
      data: '/usr/lib/ssl/cert.pem',
    }),
    'a program': buildElf({
      interpreter: x86Interpreter,
      needed: ['libself.so.3'],
      runpath: '$ORIGIN/../lib',
    }),
    'a static program': buildElf({ isStatic: true, type: 2, interpreter: x86Interpreter }),
  };
  return [
    ...Object.entries(built).map(([name, bytes]) => createSeed(name, bytes)),
    ...findRealFiles().map((path) => createSeed(path, readFileSync(path))),
  ];
}

function findRealFiles(): readonly string[] {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: readonly string[] };
  return ['/bin/true', '/bin/sh', ...sharedObjects].filter((path) => {
    if (!path.startsWith('/') || !existsSync(path)) return false;
    const bytes = readFileSync(path);
    return bytes.length <= maxBytes && isElf(bytes);
  });
}
