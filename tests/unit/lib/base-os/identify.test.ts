import { expect, test } from 'vitest';
import { identifyBaseOs } from '#lib/base-os/identify.ts';
import { obtainBaseOs } from '#lib/base-os/obtain.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { al2023, debian, debianArm, fakeEngine, identityOf } from './fake-engine.ts';

test('identifies al2023 by its registry without a pull', async () => {
  await using folder = await temporaryFolder();
  const { pulled, options } = fakeEngine({ recordFolder: folder.path, registry: [al2023] });
  expect(await identifyBaseOs('auto', 'x86', options)).toMatchObject({
    baseOs: 'al2023',
    id: 'sha256:registry',
  });
  expect(pulled).toEqual([]);
});

test('identifies a base OS of an earlier build without an engine, but no other', async () => {
  await using folder = await temporaryFolder();
  const recordFolder = folder.path;
  await obtainBaseOs('debian-12', 'x86', fakeEngine({ recordFolder, images: [debian] }).options);
  const { options } = fakeEngine({ recordFolder });
  expect(await identifyBaseOs('auto', 'x86', options)).toEqual({
    ...identityOf(debian),
    baseOs: 'debian-12',
    compilation: 'native',
    buildImage: { ...identityOf(debian), cpu: 'x86' },
  });
  expect(await identifyBaseOs('auto', 'arm', options)).toBeUndefined();
});

test('identifies no base OS for a cross-compilation if one of its two images is missing', async () => {
  await using folder = await temporaryFolder();
  const { options } = fakeEngine({ recordFolder: folder.path, images: [debianArm] });
  expect(await identifyBaseOs('auto', 'arm', options)).toBeUndefined();
});
