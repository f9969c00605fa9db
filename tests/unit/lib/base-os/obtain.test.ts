import { expect, test } from 'vitest';
import { identifyBaseOs } from '#lib/base-os/identify.ts';
import { obtainBaseOs } from '#lib/base-os/obtain.ts';
import type { Run } from '#lib/node/command.ts';
import { Stopped } from '#lib/node/signals.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { al2023, debian, debianArm, fakeEngine, identityOf } from './fake-engine.ts';

test('auto uses al2023 if its image can be pulled, and logs it', async () => {
  await using folder = await temporaryFolder();
  const { log, options } = fakeEngine({ recordFolder: folder.path, images: [debian], registry: [al2023] });
  expect(await obtainBaseOs('auto', 'x86', options)).toEqual({
    ...identityOf(al2023),
    baseOs: 'al2023',
    compilation: 'native',
    buildImage: { ...identityOf(al2023), cpu: 'x86' },
  });
  expect(log.lines).toEqual([`Pulling ${al2023} ...`, `Base OS: al2023 (${al2023}).`]);
});

test('auto uses debian-12 if al2023 is not available, and logs it', async () => {
  await using folder = await temporaryFolder();
  const { log, options } = fakeEngine({ recordFolder: folder.path, images: [debian] });
  expect((await obtainBaseOs('auto', 'x86', options)).image).toBe(debian);
  expect(log.lines).toEqual([
    `Pulling ${al2023} ...`,
    'Base OS: debian-12, because the image of al2023 is not available here.',
  ]);
});

test('auto makes no other base OS if it is stopped during the pull', async () => {
  await using folder = await temporaryFolder();
  const { log, options } = fakeEngine({ recordFolder: folder.path, images: [debian] });
  const run: Run = async (command) => {
    if (command[1] === 'pull') throw new Stopped('SIGTERM');
    return await options.run(command);
  };
  await expect(obtainBaseOs('auto', 'x86', { ...options, run })).rejects.toThrow('Stopped by SIGTERM.');
  expect(log.lines).toEqual([`Pulling ${al2023} ...`]);
});

test('auto reports both reasons if no base OS is available', async () => {
  await using folder = await temporaryFolder();
  const { options } = fakeEngine({ recordFolder: folder.path });
  const run: Run = async (command) => {
    if (command[0] === 'mmdebstrap') throw new Error('no mirror');
    if (command[1] === 'pull') throw new Error('toomanyrequests: Rate exceeded');
    return await options.run(command);
  };
  const failed = obtainBaseOs('auto', 'x86', { ...options, run });
  // Root on Debian tries mmdebstrap. Other users get the rule.
  await expect(failed).rejects.toThrow(
    /^No base OS is available\.\nal2023: toomanyrequests: Rate exceeded\ndebian-12: (no mirror|.*mmdebstrap)/,
  );
  await expect(failed).rejects.not.toHaveProperty('cause');
});

test('alwaysPull pulls al2023 again, and uses the existing image with a warning if the pull fails', async () => {
  await using folder = await temporaryFolder();
  const recordFolder = folder.path;
  const online = fakeEngine({ recordFolder, images: [al2023], registry: [al2023] });
  await obtainBaseOs('auto', 'x86', online.options);
  expect(online.pulled).toEqual([]);
  await obtainBaseOs('auto', 'x86', { ...online.options, alwaysPull: true });
  expect(online.pulled).toEqual([al2023]);
  const offline = fakeEngine({ recordFolder, images: [al2023, debian] });
  const baseOs = await obtainBaseOs('auto', 'x86', { ...offline.options, alwaysPull: true });
  expect(baseOs).toMatchObject(identityOf(al2023));
  expect(offline.log.lines.join('\n')).toContain(
    `${al2023} could not be pulled. Using the engine's copy. no such host`,
  );
});

test('al2023 by name never falls back to another base OS', async () => {
  await using folder = await temporaryFolder();
  const { options } = fakeEngine({ recordFolder: folder.path, images: [debian] });
  await expect(obtainBaseOs('al2023', 'x86', options)).rejects.toThrow('no such host');
});

test("a builder that cannot read the engine's images can use al2023 but not debian-12", async () => {
  await using folder = await temporaryFolder();
  const inContainer = (registry: readonly string[]) =>
    fakeEngine({ recordFolder: folder.path, registry, driver: 'docker-container' }).options;
  await expect(obtainBaseOs('auto', 'x86', inContainer([]))).rejects.toThrow(
    'The builder "current" (buildx\'s current one, driver docker-container) cannot see bref/base-debian-12:x86',
  );
  expect(await obtainBaseOs('auto', 'x86', inContainer([al2023]))).toMatchObject({ baseOs: 'al2023' });
});

test("for another CPU, the compilers run in debian-12 of the machine's own CPU", async () => {
  await using folder = await temporaryFolder();
  const { options } = fakeEngine({ recordFolder: folder.path, images: [debian, debianArm] });
  const cross = {
    ...identityOf(debianArm),
    baseOs: 'debian-12',
    compilation: 'cross',
    buildImage: { ...identityOf(debian), cpu: 'x86' },
  };
  expect(await obtainBaseOs('debian-12', 'arm', options)).toEqual(cross);
  expect(await identifyBaseOs('auto', 'arm', options)).toEqual(cross);
});

test('for another CPU, the compilers of al2023 are emulated', async () => {
  await using folder = await temporaryFolder();
  const { options } = fakeEngine({
    recordFolder: folder.path,
    registry: [al2023],
    nativeCpus: ['arm'],
  });
  expect(await obtainBaseOs('auto', 'x86', options)).toEqual({
    ...identityOf(al2023),
    baseOs: 'al2023',
    compilation: 'emulated',
    buildImage: { ...identityOf(al2023), cpu: 'x86' },
  });
});

test.each([
  ['docker', al2023],
  ['docker-container', `${al2023}@sha256:digest`],
  ['remote', `${al2023}@sha256:digest`],
])("a builder with the driver %s uses exactly the engine's image, as %s", async (driver, image) => {
  await using folder = await temporaryFolder();
  const { options } = fakeEngine({ recordFolder: folder.path, images: [al2023], driver });
  const run: Run = async (command) => {
    const answer = await options.run(command);
    if (command[1] !== 'image') return answer;
    return { ...answer, stdout: JSON.stringify({ Id: 'sha256:id', RepoDigests: ['a/b@sha256:digest'] }) };
  };
  const baseOs = await obtainBaseOs('al2023', 'x86', { ...options, run });
  expect(baseOs).toMatchObject({ image, id: 'sha256:digest', buildImage: { image } });
});

test('a remote builder uses an image that was loaded by hand by its name, because it has no digest', async () => {
  await using folder = await temporaryFolder();
  const { options } = fakeEngine({ recordFolder: folder.path, images: [al2023], driver: 'remote' });
  expect((await obtainBaseOs('al2023', 'x86', options)).image).toBe(al2023);
});

test('another image replaces the one of al2023, and is not pulled if the engine has it', async () => {
  await using folder = await temporaryFolder();
  const other = 'bref/stand-in-al2023:x86-1';
  const { options, pulled } = fakeEngine({ recordFolder: folder.path, images: [other], registry: [al2023] });
  const replaced = { ...options, baseImage: other };
  expect(await obtainBaseOs('al2023', 'x86', replaced)).toMatchObject({
    ...identityOf(other),
    baseOs: 'al2023',
  });
  expect(await identifyBaseOs('al2023', 'x86', replaced)).toMatchObject(identityOf(other));
  expect(pulled).toEqual([]);
});
