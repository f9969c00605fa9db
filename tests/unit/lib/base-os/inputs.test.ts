import { afterEach, expect, test, vi } from 'vitest';
import { readBaseOs } from '#lib/base-os/inputs.ts';

function read(base: string, image: string) {
  vi.stubEnv('INPUT_BASE', base);
  vi.stubEnv('INPUT_BASE-IMAGE', image);
  return readBaseOs();
}

afterEach(() => vi.unstubAllEnvs());

test.each(['bref/stand-in-al2023:x86-1', 'localhost:5000/base@sha256:0123', 'base'])(
  'accepts the image "%s"',
  (image) => {
    expect(read('al2023', image)).toEqual({ baseOs: 'al2023', baseImage: image });
  },
);

test('no image means the own image of the base OS', () => {
  expect(read('auto', '')).toEqual({ baseOs: 'auto', baseImage: undefined });
});

// With `auto`, a build on another base OS would silently ignore the image.
test.each([
  [
    'auto',
    'base:1',
    'Input "base-image" needs `base: al2023`, because it replaces that image; got "base:1" with `base: auto`.',
  ],
  ['debian-12', 'base:1', 'got "base:1" with `base: debian-12`.'],
  ['al2023', '--pull', 'Input "base-image" must be the name of an image; got "--pull".'],
  ['al2023', 'a b', 'Input "base-image" must be the name of an image; got "a b".'],
])('with base %s, rejects the image "%s"', (base, image, message) => {
  expect(() => read(base, image)).toThrow(message);
});
