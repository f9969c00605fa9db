import { expect, test } from 'vitest';
import { parseImageIdentity } from '#lib/base-os/engine-images.ts';

const label = { 'org.bref.base-archive': 'sha256:archive' };

test.each([
  [
    'from a registry by its digest',
    { RepoDigests: ['a/b@sha256:digest'], Config: { Labels: label } },
    { id: 'sha256:digest', digest: 'sha256:digest' },
  ],
  [
    'that was made here by its archive',
    { RepoDigests: [], Config: { Labels: label } },
    { id: 'sha256:archive' },
  ],
  ["that was loaded by hand by the engine's ID", { RepoDigests: null, Config: null }, { id: 'sha256:id' }],
])('identifies an image %s', (_kind, inspected, identity) => {
  expect(parseImageIdentity(JSON.stringify({ Id: 'sha256:id', ...inspected }))).toEqual(identity);
});
