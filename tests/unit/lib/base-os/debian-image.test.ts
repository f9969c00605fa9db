import { expect, test } from 'vitest';
import { parseDeb822 } from '#lib/base-os/apt-sources.ts';
import { isRootOnDebian, makeDebianImage, mmdebstrap, selectMirrors } from '#lib/base-os/debian-image.ts';
import { baseOsProperties, type MadeImage } from '#lib/base-os/names.ts';
import type { Command } from '#lib/node/command.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';

test('makes a Debian for the wanted CPU from the given mirrors', () => {
  expect(
    mmdebstrap('/tmp/base-os.tar', 'arm', 'bookworm', ['deb http://mirror.example bookworm main']),
  ).toEqual([
    'mmdebstrap',
    '--variant=minbase',
    '--architectures=arm64',
    'bookworm',
    '/tmp/base-os.tar',
    'deb http://mirror.example bookworm main',
  ]);
});

test('debian-12 is Debian 12 at the time of its release', () => {
  expect(baseOsProperties['debian-12'].source).toEqual({
    kind: 'mmdebstrap',
    suite: 'bookworm',
    releaseTime: 1_686_355_200,
  });
});

test('uses only the entries of the release and of its updates', () => {
  const entries = parseDeb822(
    [
      'Types: deb',
      'URIs: http://mirror.example/debian',
      'Suites: bookworm trixie trixie-updates trixie-security trixie-backports',
      'Components: main',
    ].join('\n'),
  );
  expect(selectMirrors(entries, 'trixie')).toEqual([
    'deb http://mirror.example/debian trixie main',
    'deb http://mirror.example/debian trixie-updates main',
    'deb http://mirror.example/debian trixie-security main',
  ]);
});

// Only root on Debian starts mmdebstrap.
test.skipIf(!(await isRootOnDebian()))('makes the release of the table entry', async () => {
  const source: MadeImage = { kind: 'mmdebstrap', suite: 'trixie', releaseTime: 1_754_697_600 };
  let started: unknown;
  const run = async (command: Command, options: unknown) => {
    started = [command.slice(0, 4), options];
    throw new Error('stopped');
  };
  const client = { run, docker: 'docker', log: silentLogger() };
  await expect(makeDebianImage('bref/base-debian-13:x86', 'x86', source, client)).rejects.toThrow('stopped');
  expect(started).toEqual([
    ['mmdebstrap', '--variant=minbase', '--architectures=amd64', 'trixie'],
    { env: { SOURCE_DATE_EPOCH: '1754697600' } },
  ]);
});
