import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import policy from '../../../policies/lambda-al2023.json' with { type: 'json' };
import { silentLogger } from '../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { unpackAmazonLibraries } from '../../stand-ins/amazon-linux/amazon-libraries.ts';
import { readRepository } from '../../stand-ins/amazon-linux/image.ts';
import programs from '../../stand-ins/amazon-linux/programs.json' with { type: 'json' };
import { docker, inImage, run, standIn } from './stand-in.ts';

async function linesOf(script: string): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await inImage(script);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout.trim().split('\n');
}

// A program that Amazon's image lacks would let a script pass here and fail there.
test("the image has no program that Amazon's image lacks", async () => {
  const folders = '/bin /sbin /usr/local/bin /usr/local/sbin /opt /var/lang';
  const found = (await linesOf(`for path in ${folders.replaceAll(' ', '/* ')}/*; do echo "$path"; done`))
    .map((path) => basename(path))
    .filter((name) => name !== '*');
  const known = Object.values(programs.present).flat();
  expect(found.filter((name) => !known.includes(name))).toEqual([]);
  expect(found.length).toBeGreaterThan(120);
});

test("programs that people miss in Amazon's image are missing here", async () => {
  const absent = Object.values(programs.absent).flat();
  expect(absent.filter((name) => Object.values(programs.present).flat().includes(name))).toEqual([]);
  const { stdout } = await inImage(`for name in ${absent.join(' ')}; do command -v $name; done`);
  expect(stdout).toBe('');
});

test("the packages of the tables are packages of Amazon's repository", async () => {
  const names = [...(await readRepository()).keys()];
  expect(names).toHaveLength(13_610);
  const listed = [...Object.keys(programs.present), ...Object.keys(programs.absent)];
  expect(listed.filter((name) => !names.includes(name))).toEqual([]);
});

test('the environment is the one of Dockerfile.provided.al2023', async () => {
  const format = '{{json .Config}}';
  const { stdout } = await run([docker, 'image', 'inspect', '--format', format, await standIn()]);
  const { Env, Entrypoint, WorkingDir } = JSON.parse(stdout) as Record<string, string[]>;
  expect({ Env: Env?.sort(), Entrypoint, WorkingDir }).toEqual({
    Env: [
      'LAMBDA_RUNTIME_DIR=/var/runtime',
      'LAMBDA_TASK_ROOT=/var/task',
      'LANG=en_US.UTF-8',
      'LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
      'PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
      'TZ=:/etc/localtime',
    ],
    Entrypoint: ['/lambda-entrypoint.sh'],
    WorkingDir: '/var/task',
  });
});

// A layer meets a library of the OS under each of these names, or at least a file that no program can load.
test('/lib64 has every name of the policy', async () => {
  const found = new Set(await linesOf('cd /lib64 && printf "%s\\n" *'));
  expect(policy.architectures.x86_64.sonames.filter((name) => !found.has(name))).toEqual([]);
});

test("libraries that matter are Amazon's own files", async () => {
  const libraries = ['libcrypto.so.3', 'libcurl.so.4', 'libsqlite3.so.0', 'libssl.so.3', 'libxml2.so.2'];
  await using folder = await temporaryFolder();
  await unpackAmazonLibraries(folder.path, '.cache/amazon-linux', silentLogger());
  const lib = join(folder.path, 'native/lib');
  const { stdout } = await run(['sha256sum', ...libraries], { cwd: lib });
  expect(await linesOf(`cd /lib64 && sha256sum ${libraries.join(' ')}`)).toEqual(stdout.trim().split('\n'));
  expect(await readFile(join(lib, 'libsqlite3.so.0'), 'latin1')).toContain('\x003.40.0\0');
});
