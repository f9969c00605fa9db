import { execFile } from 'node:child_process';
import { access, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lacksCompiler } from '../fixtures/compiler.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

// compile-php of php/Dockerfile, on a project in the shape of PHP: two programs, each with one file of its own, and code
// that they share. This machine's compiler and linker are real.
const execute = promisify(execFile);
const testOfLinking = test.skipIf(lacksCompiler());

const hidden = '__attribute__((visibility("hidden")))';

/** Names and flags of PHP's Makefile that libphp.mk and compile-php rely on. */
const makefile = `
PHP_GLOBAL_OBJS = main/main.lo Zend/zend_signal.lo
PHP_BINARY_OBJS = main/internal_functions_cli.lo
CFLAGS_CLEAN = -O2 -fPIC -fvisibility=hidden -ffunction-sections
LDFLAGS = -Wl,--as-needed -Wl,--gc-sections -Wl,-z,now
link = $(CC) $(CFLAGS_CLEAN) -pie $(LDFLAGS) $(PHP_GLOBAL_OBJS:.lo=.o) $(PHP_BINARY_OBJS:.lo=.o) $(1) $(EXTRA_LIBS) -o $@
sapi/cli/php: $(PHP_GLOBAL_OBJS) $(PHP_BINARY_OBJS) sapi/cli/php_cli.lo
	$(call link,sapi/cli/php_cli.o)
sapi/fpm/php-fpm: $(PHP_GLOBAL_OBJS) $(PHP_BINARY_OBJS) sapi/fpm/fpm.lo
	$(call link,sapi/fpm/fpm.o)
%.lo: %.c
	@echo compiling $<
	$(CC) $(CFLAGS_CLEAN) $(EXTRA_CFLAGS) -c $< -o $*.o
	@touch $@
build-modules:
`;

const sources: Readonly<Record<string, string>> = {
  configure: '',
  // Like ZEND_API, this function is visible although other code is hidden.
  'main/main.c':
    '__attribute__((visibility("default"))) int php_start(void) { return 40; } int hidden_function(void) { return 2; }',
  // PHP hides this function, too, but libphp.mk makes it visible.
  'Zend/zend_signal.c': 'int zend_signal_init(void) { return 2; }',
  'main/internal_functions_cli.c': `__thread int _tsrm_ls_cache ${hidden};`,
  'sapi/cli/php_cli.c':
    'int php_start(void), zend_signal_init(void); int main() { return php_start() + zend_signal_init(); }',
  'sapi/fpm/fpm.c': 'int php_start(void); int main() { return php_start(); }',
};

testOfLinking('php and php-fpm share libphp.so', async () => {
  await using project = await makeProject({});
  await project.compile('--libphp');
  expect(await project.run('sapi/cli/php')).toBe(42);
  expect(await project.run('sapi/fpm/php-fpm')).toBe(40);
  expect(await project.needs('sapi/cli/php')).toContain('libphp.so');
  expect(await project.needs('sapi/fpm/php-fpm')).toContain('libphp.so');
});

testOfLinking('without --libphp, a program contains all of PHP', async () => {
  await using project = await makeProject({});
  await project.compile();
  expect(await project.needs('sapi/cli/php')).not.toContain('libphp.so');
  expect(await project.exists('libphp.so')).toBe(false);
});

testOfLinking.each([
  [
    'a function',
    { 'sapi/cli/php_cli.c': 'int hidden_function(void); int main() { return 40 + hidden_function(); }' },
    'hidden_function',
  ],
  [
    'a thread-local variable',
    {
      'sapi/cli/php_cli.c': 'extern __thread int _tsrm_ls_cache; int main() { return 42 + _tsrm_ls_cache; }',
      'sapi/fpm/fpm.c': 'extern __thread int _tsrm_ls_cache; int main() { return 40 + _tsrm_ls_cache; }',
    },
    '_tsrm_ls_cache',
  ],
  [
    'symbols in both programs, one of them declared as hidden',
    {
      'sapi/cli/php_cli.c': `int hidden_function(void) ${hidden}; int main() { return 40 + hidden_function(); }`,
      'sapi/fpm/fpm.c': 'extern __thread int _tsrm_ls_cache; int main() { return 40 + _tsrm_ls_cache; }',
    },
    '_tsrm_ls_cache hidden_function',
  ],
])(
  'if the library hides %s that a program needs, each program is linked alone',
  async (_, changes, names) => {
    await using project = await makeProject(changes);
    const output = await project.compile('--libphp');
    expect(output).toContain(
      `Each program has its own copy of PHP, because libphp.so hides symbols that the programs need: ${names}\n`,
    );
    expect(await project.run('sapi/cli/php')).toBe(42);
    expect(await project.run('sapi/fpm/php-fpm')).toBe(40);
    for (const program of ['sapi/cli/php', 'sapi/fpm/php-fpm']) {
      expect(await project.needs(program)).not.toContain('libphp.so');
    }
    expect(await project.exists('libphp.so')).toBe(false);
    // Each file is compiled once.
    const compiled = output.match(/^compiling .*/gm) ?? [];
    expect(compiled.length).toBe(new Set(compiled).size);
  },
);

testOfLinking.each([
  [
    'a symbol that no file has',
    { 'sapi/fpm/fpm.c': 'int nowhere(void); int main() { return nowhere(); }' },
    /undefined reference to [`']nowhere'/,
  ],
  [
    'a file of a program that does not compile',
    { 'sapi/cli/php_cli.c': 'int main() { broken }' },
    /[`'‘]broken['’] undeclared/,
  ],
  ['shared code that does not compile', { 'main/main.c': 'broken' }, /main\/main\.c/],
  [
    'a symbol that no file has, beside one that the library hides',
    {
      'sapi/fpm/fpm.c':
        'int nowhere(void), hidden_function(void); int main() { return nowhere() + hidden_function(); }',
    },
    /undefined reference to [`']nowhere'/,
  ],
])('%s stays a failure', async (_, changes, message) => {
  await using project = await makeProject(changes);
  await expect(project.compile('--libphp')).rejects.toThrow(message);
});

/** Returns a file that php/Dockerfile writes with `COPY <<'MARK' <path>`. */
async function readHeredoc(path: string): Promise<string> {
  const dockerfile = await readFile('php/Dockerfile', 'utf8');
  const start = new RegExp(`^COPY (?:--chmod=0755 )?<<'(\\w+)' ${path}\\n([\\s\\S]*?)^\\1\\n`, 'm');
  const [, , content] = start.exec(dockerfile) ?? [];
  if (content === undefined) throw new Error(`php/Dockerfile has no heredoc for ${path}.`);
  return content;
}

async function makeProject(changes: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  const files = {
    ...sources,
    ...changes,
    Makefile: `${makefile}${await readHeredoc('/usr/local/share/libphp.mk')}`,
    'compile-php': await readHeredoc('/usr/local/bin/compile-php'),
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), content);
  }
  await chmod(at('compile-php'), 0o755);
  return {
    async compile(...options: readonly string[]): Promise<string> {
      const args = [...options, 'sapi/cli/php', 'sapi/fpm/php-fpm'];
      return (await execute(at('compile-php'), args, { cwd: folder.path })).stdout;
    },
    /** Returns the exit code of a program. */
    run(program: string): Promise<number> {
      const environment = { LD_LIBRARY_PATH: folder.path };
      return new Promise((resolve) => {
        execFile(at(program), { env: environment }, (error) => resolve(Number(error?.code ?? 0)));
      });
    },
    async needs(program: string): Promise<string> {
      return (await execute('readelf', ['--wide', '--dynamic', at(program)])).stdout;
    },
    exists: (path: string) =>
      access(at(path)).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
