import { expect, test } from 'vitest';
import { findRemedy } from '../src/remedies.ts';

// Messages of buildx 0.11 to 0.13, engines 24 to 27, gcc 4.8 to 12, apt and tar.
const full = /^The disk is full\. Free some space/;
const unwritten = /^The result of the build could not be written\. .* free some space/;
const memory = /memory\. Give the Docker engine more memory/;
const gone = /^The connection to the Docker engine was lost\. Start the engine and run this again/;
const invisible =
  /exists only in this machine's engine, but this builder looks for it in a registry\. Use `base: al2023`, or/;
const flag = /^This PHP does not know a flag\. Check `configure-flags`/;
const library =
  /^A library that an extension needs is not installed\. .*`folder`.* after `FROM toolchain AS php`.* In a fork, .*php\/bases\//;
const limited = /^The registry limits the rate of anonymous pulls\. Log in with `aws ecr-public/;

test.each<[string, RegExp]>([
  ["head: error writing 'standard output': No space left on device", full],
  ['/usr/bin/ld: final link failed: No space left on device', full],
  ['ERROR: failed to solve: failed to copy files: copy file range failed: no space left on device', full],
  ['write /var/lib/docker/tmp/docker-import-1/layer.tar: disk quota exceeded', full],
  ['ERROR: failed to solve: error from receiver: context canceled', unwritten],
  ['gcc: fatal error: Killed signal terminated program cc1', memory],
  ['g++: internal compiler error: Killed (program cc1plus)', memory],
  ['cc1: out of memory allocating 65536 bytes after a total of 1286144 bytes', memory],
  ['virtual memory exhausted: Cannot allocate memory', memory],
  ['build-environment: RUN make failed: exit code: 137', memory],
  ['`mmdebstrap base.tar` was ended by SIGKILL:', memory],
  [
    'ERROR: failed to solve: failed to resolve source metadata for docker.io/bref/base-debian-12:x86: pull access ' +
      'denied, repository does not exist or may require authorization: server message: insufficient_scope: ' +
      'authorization failed',
    invisible,
  ],
  [
    'ERROR: failed to solve: failed to resolve source metadata for docker.io/bref/base-debian-12:arm: failed to do ' +
      'request: Head "https://registry-1.docker.io/v2/bref/base-debian-12/manifests/arm": dial tcp: lookup ' +
      'registry-1.docker.io on 127.0.0.53:53: no such host',
    invisible,
  ],
  [
    'ERROR: failed to solve: public.ecr.aws/lambda/provided:al2023-x86_64: failed to resolve source metadata for ' +
      'public.ecr.aws/lambda/provided:al2023-x86_64: failed to copy: httpReadSeeker: failed open: unexpected status ' +
      'code https://public.ecr.aws/v2/lambda/provided/manifests/sha256:1: 429 Too Many Requests - Server message: ' +
      'toomanyrequests: Rate exceeded',
    limited,
  ],
  [
    'ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    gone,
  ],
  ['ERROR: failed to solve: Unavailable: error reading from server: EOF', gone],
  [
    'ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
    gone,
  ],
  [
    'ERROR: failed to receive status: rpc error: code = Unavailable desc = closing transport due to: connection ' +
      'error: desc = "error reading from server: EOF", received prior goaway: code: NO_ERROR, debug data: ' +
      '"graceful_stop"',
    gone,
  ],
  ['configure: error: unrecognized options: --enable-nonsense', flag],
  ['configure: error: Package requirements (icu-uc >= 50.1) were not met:', library],
  ['/usr/bin/ld: cannot find -lonig: No such file or directory', library],
])('finds the fix for: %s', (output, remedy) => {
  expect(findRemedy(`The build failed.\n  ${output}\n  make: *** [Makefile:213: x] Error 1`)).toMatch(remedy);
});

test.each([
  'ext/intl/x.c:3:10: fatal error: unicode/uloc.h: No such file or directory',
  'build-environment: RUN make failed: exit code: 1',
  // The server is a mirror of packages, not the engine.
  'Could not connect to mirror.example:80, Connection reset by peer',
  'E: Failed to fetch http://mirror.example/a.deb  503  Service Unavailable: come back later [IP: 192.0.2.1 80]',
  'ERROR: failed to solve: failed to resolve source metadata for public.ecr.aws/lambda/provided:al2023-x86_64: not found',
])('finds no fix for: %s', (output) => {
  expect(findRemedy(output)).toBeUndefined();
});
