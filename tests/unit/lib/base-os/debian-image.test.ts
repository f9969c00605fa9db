import { expect, test } from 'vitest';
import { mmdebstrap } from '#lib/base-os/debian-image.ts';

test('makes debian-12 for the wanted CPU from the given mirrors', () => {
  expect(mmdebstrap('/tmp/base-os.tar', 'arm', ['deb http://mirror.example bookworm main'])).toEqual([
    'mmdebstrap',
    '--variant=minbase',
    '--architectures=arm64',
    'bookworm',
    '/tmp/base-os.tar',
    'deb http://mirror.example bookworm main',
  ]);
});
