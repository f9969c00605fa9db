import { execFile, spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Compiler {
  /** A stripped library by its file name, which is its SONAME too unless `args` say another. */
  library(name: string, source: string, args?: readonly string[]): Promise<Buffer>;
  /** A stripped program. */
  program(source: string, args?: readonly string[]): Promise<Buffer>;
  /** A program as the compiler leaves it. */
  unstripped(source: string, args?: readonly string[]): Promise<Buffer>;
  /** Runs binutils' program on a file, which it changes. */
  edit(bytes: Buffer, program: string, ...args: readonly string[]): Promise<Buffer>;
  /** Makes a file beside the others, such as a version script, and gives its path. */
  write(name: string, content: string | Buffer): Promise<string>;
}

/** Whether tests that compile are to be passed over: CI has a compiler, and one of macOS makes no ELF files. */
export function lacksCompiler(): boolean {
  if (process.env.CI) return false;
  return process.platform !== 'linux' || spawnSync('cc', ['--version'], { stdio: 'ignore' }).status !== 0;
}

/** This machine's own C compiler and linker, working in a folder. `-L.` finds the libraries that it has made. */
export function createCompiler(folder: string): Compiler {
  const at = (name: string): string => join(folder, name);
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    await writeFile(at(name), content);
    return at(name);
  };
  const compile = async (output: string, source: string, args: readonly string[]): Promise<Buffer> => {
    const code = await write(`${output}.c`, source);
    // Libraries come after the code that needs them.
    await execute('cc', ['-O1', '-o', at(output), code, '-L.', '-Wl,--no-as-needed', ...args], {
      cwd: folder,
    });
    return readFile(at(output));
  };
  return {
    library: (name, source, args = []) =>
      compile(name, source, ['-shared', '-fPIC', '-s', `-Wl,-soname,${name}`, ...args]),
    program: (source, args = []) => compile('program', source, ['-s', ...args]),
    unstripped: (source, args = []) => compile('program', source, args),
    edit: async (bytes, program, ...args) => {
      const path = await write('edited', bytes);
      await execute(program, [...args, path], { cwd: folder });
      const edited = await readFile(path);
      await rm(path);
      return edited;
    },
    write,
  };
}
