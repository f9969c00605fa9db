/** A way to compile the same source with the same configure flags. */
export interface Variant {
  readonly name: string;
  readonly compiler: 'gcc' | 'clang' | 'gcc-and-bolt';
  /** In place of php/Dockerfile's HARDENED_CFLAGS and HARDENED_LDFLAGS. */
  readonly cflags: string;
  readonly ldflags: string;
  /** Where it cannot use the profile of ours: what training is compiled with, whose profile is then in /own-profile. */
  readonly trainedCflags?: string;
}

/** As docker-library and Bref have it. */
const hardening = '-fpic -fpie -fstack-protector-strong';
const sections = '-ffunction-sections -fdata-sections';
/** These two as in php/Dockerfile. */
const ours = '-fPIC -fno-semantic-interposition -fstack-protector-strong';
const collected = '-Wl,-O1 -Wl,--as-needed -Wl,--gc-sections -Wl,--hash-style=gnu -Wl,-z,relro -Wl,-z,now';
const bref = '-Wl,-O1 -Wl,--strip-all -Wl,--hash-style=both';
const profile = '-fprofile-use=/profile -fprofile-correction -Wno-missing-profile';
const partial = '-fprofile-partial-training --param=hot-bb-count-ws-permille=1000';

/** What people run today. */
export const published: readonly Variant[] = [
  plain('-Os (Bref 3)', `-Os ${hardening} ${sections}`, bref),
  plain('-O2 (docker-library)', `-O2 ${hardening} -D_LARGEFILE_SOURCE -D_FILE_OFFSET_BITS=64`, '-Wl,-O1'),
  plain('-O3 (Bref 2)', `-O3 ${hardening} ${sections}`, bref),
];

/** What was tried in place of our flags; docs/performance.md has the figures. */
export const candidates: readonly Variant[] = [
  profiled('all code as trained', '', profile),
  profiled('no PLT', '-fno-plt'),
  trainedAnew('-O3', '-O3'),
  trainedAnew('x86-64-v2', '-march=x86-64-v2'),
  trainedAnew('x86-64-v3', '-march=x86-64-v3'),
  { ...profiled('LTO', '-flto=auto'), ldflags: `${collected} -flto=auto` },
  {
    ...profiled('BOLT', '-fno-reorder-blocks-and-partition'),
    compiler: 'gcc-and-bolt',
    ldflags: `${collected} -Wl,--emit-relocs`,
  },
  { ...plain('clang -O2', `-O2 ${hardening} ${sections}`, collected), compiler: 'clang' },
];

function plain(name: string, cflags: string, ldflags: string): Variant {
  return { name, compiler: 'gcc', cflags, ldflags };
}

/** Our own flags and profile, with something more. */
function profiled(name: string, more: string, use = `${profile} ${partial}`): Variant {
  const cflags = `-O2 ${ours} ${sections} ${more} ${use}`;
  return { name, compiler: 'gcc', cflags, ldflags: collected };
}

/** The same, where it is other code than ours by the time that counters are set, for which GCC refuses our profile. */
function trainedAnew(name: string, more: string): Variant {
  const own = profile.replace('/profile', '/own-profile');
  // Of a function that still is other code (hash_xxhash.c has one with AVX2) the profile is left aside.
  const use = `${own} ${partial} -Wno-error=coverage-mismatch`;
  return { ...profiled(name, more, use), trainedCflags: `-O2 ${ours} ${sections} ${more}` };
}
