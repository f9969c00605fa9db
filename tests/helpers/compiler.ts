import { execFile, spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Compiler {
  /** Compiles a stripped library. Its SONAME is its file name, unless `args` set another one. */
  library(name: string, source: string, args?: readonly string[]): Promise<Buffer>;
  /** Compiles a stripped program. */
  program(source: string, args?: readonly string[]): Promise<Buffer>;
  /** Compiles a program without stripping it. */
  unstripped(source: string, args?: readonly string[]): Promise<Buffer>;
  /** Changes a file with a program of binutils. */
  edit(bytes: Buffer, program: string, ...args: readonly string[]): Promise<Buffer>;
  /** Writes a file to the compiler's folder, such as a version script, and returns its path. */
  write(name: string, content: string | Buffer): Promise<string>;
}

/** Returns whether to skip tests that compile. CI always has a compiler, and the compiler of macOS creates no ELF files. */
export function lacksCompiler(): boolean {
  if (process.env.CI) return false;
  return process.platform !== 'linux' || spawnSync('cc', ['--version'], { stdio: 'ignore' }).status !== 0;
}

/** Creates a compiler that runs this machine's `cc` in a folder. `-L.` finds the libraries that it has compiled. */
export function createCompiler(folder: string): Compiler {
  const at = (name: string): string => join(folder, name);
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    await writeFile(at(name), content);
    return at(name);
  };
  const compile = async (output: string, source: string, args: readonly string[]): Promise<Buffer> => {
    const code = await write(`${output}.c`, source);
    // The linker needs libraries after the code that uses them.
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
