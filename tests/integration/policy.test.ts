import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { groupExports } from '#lib/audit/os-exports.ts';
import type { PolicyData } from '#lib/audit/policy-data.ts';
import { findDocker } from '#lib/docker/client.ts';
import { cpuNames, hostCpu } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const run = createRun(silentLogger());
const repository = resolve(import.meta.dirname, '../..');
const cpu = hostCpu() ?? 'x86';
const { aws: architecture, prefix } = cpuNames[cpu];
const triplet = `${cpu === 'arm' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const image = `bref/base-debian-12:${cpu}`;

async function makePolicy(output: string, ...args: readonly string[]): Promise<PolicyData> {
  await run([process.execPath, join(repository, 'tools/policy/main.ts'), ...args, '--output', output]);
  return JSON.parse(await readFile(output, 'utf8'));
}

test('a policy of a Debian image has the versions that readelf shows', async () => {
  await using folder = await temporaryFolder();
  const policy = await makePolicy(
    join(folder.path, 'debian.json'),
    '--image',
    image,
    '--runtime',
    'debian-12',
  );
  expect(policy).toMatchObject({
    runtime: 'debian-12',
    osFolders: [`/lib/${triplet}`, `/usr/lib/${triplet}`],
    symbolVersions: { GLIBC: '2.36' },
    sources: {
      [`architectures.${architecture}`]: { kind: 'image', from: expect.stringContaining('sha256:') },
    },
  });
  const { interpreter, sonames, versionDefinitions = {} } = policy.architectures[architecture];
  expect(interpreter).toBe(cpu === 'arm' ? '/lib/ld-linux-aarch64.so.1' : '/lib64/ld-linux-x86-64.so.2');
  expect(sonames).toEqual(expect.arrayContaining(['libc.so.6', 'libz.so.1', 'libstdc++.so.6']));
  for (const name of ['libc.so.6', 'libstdc++.so.6', 'libz.so.1', 'libgcc_s.so.1', 'libbz2.so.1.0']) {
    const library = join(folder.path, name);
    const docker = await findDocker(run);
    const container = (await run([docker, 'create', image, '/none'])).stdout.trim();
    await run([docker, 'cp', '--follow-link', `${container}:/usr/lib/${triplet}/${name}`, library]);
    await run([docker, 'rm', container]);
    expect({ name, versions: versionDefinitions[name] }).toEqual({
      name,
      versions: readWithReadelf(library),
    });
  }
  const { exports = {} } = policy.architectures[architecture];
  expect(exports['libz.so.1']).toEqual(groupExports(readExports(join(folder.path, 'libz.so.1')), false));
});

test('the PHP probe reads the same libraries as the image command, and finds libraries that Lambda lacks', async () => {
  await using folder = await temporaryFolder();
  const docker = await findDocker(run);
  const phpImage = `bref/${prefix}php-82`;
  const fromImage = await makePolicy(join(folder.path, 'image.json'), '--image', phpImage);
  const invoke = "echo json_encode((require '/function/handler.php')([], null), JSON_THROW_ON_ERROR);";
  // A function's zip has the three files in one folder.
  const files = [
    'policies/probe/handler.php',
    'php/build-tools/lib-copy/ElfFile.php',
    'policies/lambda-al2023.json',
  ];
  const mounts = files.flatMap((file) => [
    '--volume',
    `${join(repository, file)}:/function/${file.replace(/^.*\//, '')}:ro`,
  ]);
  const { stdout } = await run([
    docker,
    ...[
      'run',
      '--rm',
      '--network',
      'none',
      '--entrypoint',
      'php',
      '--user',
      '993:990',
      '--read-only',
      '--tmpfs',
      '/tmp',
    ],
    ...['--env', 'LD_LIBRARY_PATH=/lib64:/usr/lib64:/opt/lib', '--env', 'AWS_SECRET_ACCESS_KEY=secret'],
    ...mounts,
    phpImage,
    '-r',
    invoke,
  ]);
  // Lambda's limit for a response is 6 MB.
  expect(stdout.length).toBeLessThan(1_000_000);
  expect(stdout).not.toContain('secret');
  const response = join(folder.path, 'response.json');
  await writeFile(response, stdout);
  const fromProbe = await makePolicy(join(folder.path, 'probe.json'), '--from-probe', response);
  // Debian has libraries that the policy lists as missing on Lambda, and the probe finds them here.
  const { sonames, ...probed } = fromProbe.architectures[architecture];
  const extra = sonames.filter((name) => !fromImage.architectures[architecture].sonames.includes(name));
  expect(extra.filter((name) => !/^lib(?:gcrypt|gpg-error)\.so/.test(name))).toEqual([]);
  expect(probed.versionDefinitions).toMatchObject(
    fromImage.architectures[architecture].versionDefinitions ?? {},
  );
  expect(probed.exports).toEqual(fromImage.architectures[architecture].exports);
  expect(Object.keys(probed.exports ?? {})).toEqual(expect.arrayContaining(['libz.so.1', 'libm.so.6']));
  expect(fromProbe.notOnLambda).toContain('libcurl.so.4');
  expect(fromProbe.searchOrder).toEqual(['/lib64', '/usr/lib64', '/opt/lib']);
});

test.each([
  [[], 'Specify exactly one of al2023, --image NAME, --from-probe FILE or --libraries FOLDER; got nothing.'],
  [['al2'], 'Specify exactly one of'],
  [['al2023', '--image', image, '--output', 'x.json'], 'Specify exactly one of'],
  [['--image', image], 'Option --image needs --output'],
  [['--from-probe', 'none.json'], 'ENOENT'],
  [['al2023', '--start', 'none.json'], 'Input "policy" must be al2023 or the path of a JSON file'],
])('the arguments %j are rejected', async (args, message) => {
  const command = [process.execPath, join(repository, 'tools/policy/main.ts'), ...args] as const;
  const { exitCode, stderr } = await run(command, { allowFailure: true });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
});

/** Names of the defined symbols, except the names of versions, which are absolute symbols. */
function readExports(path: string): readonly string[] {
  const output = execFileSync('readelf', ['-W', '--dyn-syms', path], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const rows = output.matchAll(/^ *\d+: \S+ +\S+ \S+ +(?:GLOBAL|WEAK) +\S+ +\d+ ([^@\s]+)/gm);
  return [...new Set([...rows].map(([, name = '']) => name))].sort();
}

function readWithReadelf(path: string): readonly string[] {
  const output = execFileSync('readelf', ['-VW', path], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [, section = ''] = output.split('Version definition section');
  const [definitions = ''] = section.split('Version needs section');
  return [...definitions.matchAll(/Flags: (\S+).*?Name: (\S+)/g)]
    .filter(([, flags]) => flags !== 'BASE')
    .map(([, , name = '']) => name);
}
