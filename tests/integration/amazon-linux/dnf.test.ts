import { expect, test } from 'vitest';
import { inImage } from './stand-in.ts';

// Messages of microdnf 3.10.1: dnf/dnf-main.c and dnf/plugins. `unknown` is not a package, `nano` is one of Amazon's.
const refused: readonly (readonly [string, string])[] = [
  ['', 'No command specified'],
  ['frobnicate', "Unknown command: 'frobnicate'"],
  // A quoted variable that is empty.
  ['"" install -y gzip', "Unknown command: ''"],
  ['install -y "" gzip', "No package matches ''"],
  ['install -y', 'Packages are not specified'],
  ['install -y unknown', "No package matches 'unknown'"],
  ['install -y gzip unknown', "No package matches 'unknown'"],
  [
    'install -y --setopt=install_weak_deps=False gzip',
    '(--setopt) Invalid boolean value "False" in: install_weak_deps=False',
  ],
  [
    'install -y --setopt install_weak_deps=no gzip',
    '(--setopt) Invalid boolean value "no" in: install_weak_deps=no',
  ],
  ['install -y --setopt=keepcache=true gzip', '(--setopt) Invalid boolean value "true" in: keepcache=true'],
  ['install -y --setopt=install_weak_deps gzip', '(--setopt) Missing value in: install_weak_deps'],
  [
    'install -y --setopt=max_parallel_downloads=9 gzip',
    '(--setopt) Unable to handle: max_parallel_downloads=9',
  ],
  ['install -y --setopt=tsflags=noscripts gzip', '(--setopt) Unknown tsflag: noscripts'],
  ['install -y --setopt=tsflags=nodocs, gzip', '(--setopt) Unknown tsflag: '],
  ['install -y "--setopt=tsflags=nodocs nodocs" gzip', '(--setopt) Unknown tsflag: nodocs nodocs'],
  ['install -y --setopt', 'Missing argument for --setopt'],
  ['install -y --allowerasing gzip', 'Unknown option --allowerasing'],
  ['install -y --quiet gzip', 'Unknown option --quiet'],
  ['-q install -y gzip', 'Unknown option -q'],
  ['install -y --best --nobest gzip', 'Argument --nobest is not allowed with argument --best'],
  ['clean', 'Clean requires argument: all'],
  ['clean metadata', "Invalid clean argument: 'metadata'"],
];

test('dnf refuses the same words as microdnf, with its messages and exit codes', async () => {
  const script = refused.map(([words]) => `dnf ${words} > /dev/null; echo "exit $?" >&2`).join('\n');
  const { stderr } = await inImage(script);
  const answers = stderr.split('\n').filter((line) => /^(error|exit)/.test(line));
  expect(answers).toEqual(refused.flatMap(([, message]) => [`error: ${message}`, 'exit 1']));
});

test.each([
  [
    'install -y nano',
    'The stand-in for Amazon Linux has no package "nano", although Amazon\'s repository has it.',
  ],
  ['install -y --releasever=38 gzip', 'The stand-in for Amazon Linux does not implement --releasever.'],
  ["install -y 'gzi*'", 'The stand-in for Amazon Linux does not implement patterns and paths; got "gzi*".'],
  ['install -y --help gzip', 'The stand-in for Amazon Linux does not implement --help.'],
  ['upgrade -y', 'The stand-in for Amazon Linux does not implement "upgrade".'],
  // microdnf would wait for an answer forever.
  ['install gzip', 'The stand-in for Amazon Linux cannot ask whether this is ok. Add --assumeyes.'],
])('`dnf %s` is refused, because the stand-in cannot do it', async (words, message) => {
  const { exitCode, stderr } = await inImage(`dnf ${words}`);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`error: ${message}`);
});

test.each(['install -y gzip', 'clean all'])(
  '`dnf %s` is refused for a user who is not root',
  async (words) => {
    const { exitCode, stderr } = await inImage(`dnf ${words}`, { user: 'nobody' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error: The stand-in for Amazon Linux needs root for "${words.split(' ')[0]}".`);
  },
);

test('a file in the working folder is not a requirement', async () => {
  const { exitCode } = await inImage('cd /tmp && touch libzip && dnf install -y libzip-devel > /dev/null');
  expect(exitCode).toBe(0);
});

test('dnf needs the network', async () => {
  const { exitCode, stderr } = await inImage('dnf install -y gzip', { network: 'none' });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("error: cannot update repo 'amazonlinux'");
});

test('dnf installs a package with everything that it requires, and rpm knows their files', async () => {
  const { stdout } = await inImage(
    'dnf install --assumeyes --setopt=install_weak_deps=0 libzip-devel > /dev/null && dnf clean all > /dev/null && ' +
      'rpm -q libzip && rpm -qf /usr/lib64/libzip.so /usr/include/zip.h',
  );
  const devel = 'libzip-devel-1.7.3-1.amzn2023.0.1.x86_64';
  expect(stdout.trim().split('\n')).toEqual(['libzip-1.7.3-1.amzn2023.0.1.x86_64', devel, devel]);
});

test('a second installation has nothing to do', async () => {
  const { stdout } = await inImage('dnf install -y gzip > /dev/null && dnf install -y gzip');
  expect(stdout.trim().split('\n').at(-1)).toBe('Nothing to do.');
});
