import { expect, test } from 'vitest';
import { identifyBase, obtainBase, readIdentity } from '#lib/base-os/base-os.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import type { Command, Run } from '#lib/node/command.ts';
import { Stopped } from '#lib/node/signals.ts';
import { silentLogger } from '../../../helpers/silent-logger.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

/** The engine and the registry as far as this machine ends at them: what the one knows, what the other has. */
function engine(
  records: string,
  known: readonly string[],
  registry: readonly string[],
  hosts: readonly Cpu[] = ['x86'],
  driver = 'docker',
) {
  const images = new Set(known);
  const pulled: string[] = [];
  const run: Run = async (command: Command) => {
    const image = command.at(-1) ?? '';
    if (command[1] === 'pull') {
      if (!registry.includes(image)) throw new Error('no such host');
      images.add(image);
      pulled.push(image);
    }
    if (command[1] === 'buildx' && command[2] === 'inspect') {
      return { exitCode: 0, stdout: `Name:   current\nDriver: ${driver}\n`, stderr: '' };
    }
    if (command[2] === 'imagetools') {
      return { exitCode: registry.includes(image) ? 0 : 1, stdout: 'sha256:registry\n', stderr: '' };
    }
    const stdout = JSON.stringify({ Id: `sha256:${image}` });
    return { exitCode: images.has(image) ? 0 : 1, stdout, stderr: '' };
  };
  const log = silentLogger();
  return { log, pulled, dependencies: { run, docker: 'docker', log, builder: undefined, records, hosts } };
}

const al2023 = 'public.ecr.aws/lambda/provided:al2023-x86_64';
const debian = 'bref/base-debian-12:x86';
const debianArm = 'bref/base-debian-12:arm';

/** What is said of an image that is the engine's by its name. */
function identified(image: string) {
  return { image, id: `sha256:${image}` };
}

test('auto takes al2023 where its image can be pulled, and says so', async () => {
  await using folder = await temporaryFolder();
  const { log, dependencies } = engine(folder.path, [debian], [al2023]);
  expect(await obtainBase('auto', 'x86', dependencies)).toEqual({
    ...identified(al2023),
    base: 'al2023',
    compilation: 'native',
    build: { ...identified(al2023), cpu: 'x86' },
  });
  expect(log.lines).toEqual([`Pulling ${al2023} ...`, `Base: al2023 (${al2023}).`]);
});

test('auto takes debian-12 where al2023 cannot be had, and says so', async () => {
  await using folder = await temporaryFolder();
  const { log, dependencies } = engine(folder.path, [debian], []);
  expect((await obtainBase('auto', 'x86', dependencies)).image).toBe(debian);
  expect(log.lines).toEqual([
    `Pulling ${al2023} ...`,
    'Base: debian-12, since the image of al2023 cannot be had here.',
  ]);
});

test('stopped while the image is pulled, auto makes no other base', async () => {
  await using folder = await temporaryFolder();
  const { log, dependencies } = engine(folder.path, [debian], []);
  const run: Run = async (command) => {
    if (command[1] === 'pull') throw new Stopped('SIGTERM');
    return await dependencies.run(command);
  };
  await expect(obtainBase('auto', 'x86', { ...dependencies, run })).rejects.toThrow('Stopped by SIGTERM.');
  expect(log.lines).toEqual([`Pulling ${al2023} ...`]);
});

test('where neither base can be had, auto says why of both', async () => {
  await using folder = await temporaryFolder();
  const { dependencies } = engine(folder.path, [], []);
  const run: Run = async (command) => {
    if (command[0] === 'mmdebstrap') throw new Error('no mirror');
    if (command[1] === 'pull') throw new Error('toomanyrequests: Rate exceeded');
    return await dependencies.run(command);
  };
  const failed = obtainBase('auto', 'x86', { ...dependencies, run });
  // As root on Debian mmdebstrap is tried; elsewhere the rule is told.
  await expect(failed).rejects.toThrow(
    /^Neither base can be had\.\nal2023: toomanyrequests: Rate exceeded\ndebian-12: (no mirror|.*mmdebstrap)/,
  );
  await expect(failed).rejects.not.toHaveProperty('cause');
});

test('a fresh al2023 is pulled although it is here; where it cannot be, what is here is used, and that is said', async () => {
  await using folder = await temporaryFolder();
  const online = engine(folder.path, [al2023], [al2023]);
  await obtainBase('auto', 'x86', online.dependencies);
  expect(online.pulled).toEqual([]);
  await obtainBase('auto', 'x86', { ...online.dependencies, fresh: true });
  expect(online.pulled).toEqual([al2023]);
  const offline = engine(folder.path, [al2023, debian], []);
  const base = await obtainBase('auto', 'x86', { ...offline.dependencies, fresh: true });
  expect(base).toMatchObject(identified(al2023));
  expect(offline.log.lines.join('\n')).toContain(
    `${al2023} is used as it is here: it could not be pulled anew. no such host`,
  );
});

test('al2023 by name never falls back to another base', async () => {
  await using folder = await temporaryFolder();
  const { dependencies } = engine(folder.path, [debian], []);
  await expect(obtainBase('al2023', 'x86', dependencies)).rejects.toThrow('no such host');
});

test('debian-12 is not made for a builder that does not read the images of the engine; al2023 needs none', async () => {
  await using folder = await temporaryFolder();
  const inContainer = (registry: readonly string[]) =>
    engine(folder.path, [], registry, ['x86'], 'docker-container').dependencies;
  await expect(obtainBase('auto', 'x86', inContainer([]))).rejects.toThrow(
    'The builder "current" (buildx\'s current one, driver docker-container) cannot see bref/base-debian-12:x86',
  );
  expect(await obtainBase('auto', 'x86', inContainer([al2023]))).toMatchObject({ base: 'al2023' });
});

test('a base is identified by its registry, without a pull', async () => {
  await using folder = await temporaryFolder();
  const { pulled, dependencies } = engine(folder.path, [], [al2023]);
  expect(await identifyBase('auto', 'x86', dependencies)).toMatchObject({
    base: 'al2023',
    id: 'sha256:registry',
  });
  expect(pulled).toEqual([]);
});

test('a base that was used is known without an engine; another is not', async () => {
  await using folder = await temporaryFolder();
  await obtainBase('debian-12', 'x86', engine(folder.path, [debian], []).dependencies);
  const { dependencies } = engine(folder.path, [], []);
  expect(await identifyBase('auto', 'x86', dependencies)).toEqual({
    ...identified(debian),
    base: 'debian-12',
    compilation: 'native',
    build: { ...identified(debian), cpu: 'x86' },
  });
  expect(await identifyBase('auto', 'arm', dependencies)).toBeUndefined();
});

test("for another CPU than the machine's, compilers run on the Debian base of the machine's own", async () => {
  await using folder = await temporaryFolder();
  const { dependencies } = engine(folder.path, [debian, debianArm], []);
  const cross = {
    ...identified(debianArm),
    base: 'debian-12',
    compilation: 'cross',
    build: { ...identified(debian), cpu: 'x86' },
  };
  expect(await obtainBase('debian-12', 'arm', dependencies)).toEqual(cross);
  expect(await identifyBase('auto', 'arm', dependencies)).toEqual(cross);
});

test('a base to cross-compile on is not known as long as either of its images is not', async () => {
  await using folder = await temporaryFolder();
  const { dependencies } = engine(folder.path, [debianArm], []);
  expect(await identifyBase('auto', 'arm', dependencies)).toBeUndefined();
});

test('al2023 for another CPU has compilers of that CPU, emulated', async () => {
  await using folder = await temporaryFolder();
  const { dependencies } = engine(folder.path, [], [al2023], ['arm']);
  expect(await obtainBase('auto', 'x86', dependencies)).toEqual({
    ...identified(al2023),
    base: 'al2023',
    compilation: 'emulated',
    build: { ...identified(al2023), cpu: 'x86' },
  });
});

const label = { 'org.bref.base-archive': 'sha256:archive' };
test.each([
  [
    'of a registry by its digest there',
    { RepoDigests: ['a/b@sha256:digest'], Config: { Labels: label } },
    { id: 'sha256:digest', digest: 'sha256:digest' },
  ],
  [
    'that was made here by its archive',
    { RepoDigests: [], Config: { Labels: label } },
    { id: 'sha256:archive' },
  ],
  ['that was loaded by hand by its identifier', { RepoDigests: null, Config: null }, { id: 'sha256:id' }],
])('an image %s is called the same on every machine', (_kind, inspected, identity) => {
  expect(readIdentity(JSON.stringify({ Id: 'sha256:id', ...inspected }))).toEqual(identity);
});

test.each([
  ['docker', al2023],
  ['docker-container', `${al2023}@sha256:digest`],
  ['remote', `${al2023}@sha256:digest`],
])('a builder with the driver %s gets the very image that the engine has, as %s', async (driver, image) => {
  await using folder = await temporaryFolder();
  const { dependencies } = engine(folder.path, [al2023], [], ['x86'], driver);
  const run: Run = async (command) => {
    const answer = await dependencies.run(command);
    if (command[1] !== 'image') return answer;
    return { ...answer, stdout: JSON.stringify({ Id: 'sha256:id', RepoDigests: ['a/b@sha256:digest'] }) };
  };
  const base = await obtainBase('al2023', 'x86', { ...dependencies, run });
  expect(base).toMatchObject({ image, id: 'sha256:digest', build: { image } });
});

test('an image that was loaded by hand has no digest to give to a builder elsewhere', async () => {
  await using folder = await temporaryFolder();
  const { dependencies } = engine(folder.path, [al2023], [], ['x86'], 'remote');
  expect((await obtainBase('al2023', 'x86', dependencies)).image).toBe(al2023);
});
