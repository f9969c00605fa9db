import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { docker, run, standIn } from './stand-in.ts';

const context = await mkdtemp(join(tmpdir(), 'stages-'));
const images: string[] = [];

/** Builds a stage of php/Dockerfile on the stand-in. None of these stages needs PHP. */
async function buildStage(target: 'packages' | 'character-sets'): Promise<string> {
  const image = `bref/test-al2023-${target}:${process.pid}`;
  const base = `docker-image://${await standIn()}`;
  await mkdir(join(context, 'empty'), { recursive: true });
  const contexts = { base, 'build-base': base, 'base-files': 'php/bases/al2023' };
  await run([
    docker,
    ...['buildx', 'build', '--builder', 'default', '--load', '--platform', 'linux/amd64'],
    ...Object.entries(contexts).flatMap(([name, value]) => ['--build-context', `${name}=${value}`]),
    ...['--build-arg', 'BUILD_PLATFORM=linux/amd64', '--build-arg', 'LAYER_PLATFORM=linux/amd64'],
    ...['--file', 'php/Dockerfile', '--target', target, '--tag', image, join(context, 'empty')],
  ]);
  images.push(image);
  return image;
}

async function inStage(image: string, script: string): Promise<string> {
  const { stdout } = await run([docker, 'run', '--rm', '--entrypoint', '/bin/bash', image, '-ec', script]);
  return stdout.replace(/\n$/, '');
}

let packages = '';

beforeAll(async () => {
  packages = await buildStage('packages');
}, 600_000);

afterAll(async () => {
  for (const image of images) await run([docker, 'image', 'rm', image], { allowFailure: true });
  await rm(context, { recursive: true, force: true });
});

test('the compiler binds to symbols of glibc 2.34', async () => {
  const program =
    '#include <math.h>\nint main(int count, char **words) { return (int) hypot(count, 2.0); }\n';
  const script = `printf '${program.replaceAll('\n', '\\n')}' > /tmp/a.c && gcc /tmp/a.c -o /tmp/a -lm && readelf --dyn-syms /tmp/a`;
  expect(await inStage(packages, script)).toContain('hypot@GLIBC_2.2.5');
});

// Libraries of Amazon and Debian are mixed. A missing symbol would look like a failure of the layer.
// A debugger defines the missing symbols of libthread_db.
test('every library of the installed packages finds its symbols', async () => {
  const script = `
    for library in $(printf "%s\\n" /usr/lib64/*.so.* | grep -v libthread_db); do
      if [ "$(head -c 4 "$library" | tail -c 3)" = ELF ]; then
        LD_LIBRARY_PATH= ldd -r "$library" 2>&1 | grep -E 'not found|undefined symbol' || true
      fi
    done`;
  expect(await inStage(packages, script)).toBe('');
});

// The program finds the library in /opt/lib by DT_RUNPATH, as PHP does. The OS has a library of the same name.
test('programs of the build use the libraries that it compiled, not the libraries of the OS', async () => {
  const library = 'const char *sqlite3_libversion(void) { return \\"compiled\\"; }';
  const program =
    '#include <stdio.h>\\nconst char *sqlite3_libversion(void);\\nint main(void) { puts(sqlite3_libversion()); }\\n';
  const script = `
    cd /tmp && mkdir -p /opt/lib
    echo "${library}" > library.c
    gcc -shared -fPIC -Wl,-soname,libsqlite3.so.0 library.c -o /opt/lib/libsqlite3.so.0
    printf '${program}' > program.c
    gcc program.c -o program /opt/lib/libsqlite3.so.0 -Wl,-rpath,/opt/lib -Wl,--enable-new-dtags
    ./program`;
  expect(await inStage(packages, script)).toBe('compiled');
});

test('the character sets come from glibc-gconv-extra', async () => {
  const image = await buildStage('character-sets');
  const script = 'cd /character-sets && ls gconv && cat packages.tsv';
  const lines = (await inStage(image, script)).split('\n');
  expect(lines).toEqual(expect.arrayContaining(['EUC-JP.so', 'IBM037.so', 'libJIS.so', 'gconv-modules']));
  expect(lines.at(-1)?.split('\t')).toEqual([
    '/character-sets/gconv',
    'glibc-gconv-extra',
    '2.34-1.amzn2023.0.1',
    'pkg:rpm/amzn/glibc-gconv-extra@2.34-1.amzn2023.0.1?arch=x86_64&distro=amzn-2023',
    'glibc',
    '2.34-1.amzn2023.0.1',
    'LGPLv2+ and LGPLv2+ with exceptions and GPLv2+',
    // The package has no license text. The trailing field is still there.
    '',
  ]);
}, 300_000);
