/** Compiler and flags for the same source with the same configure flags. */
export interface Variant {
  readonly name: string;
  readonly compiler: 'gcc' | 'clang' | 'gcc-and-bolt';
  /** Replace HARDENED_CFLAGS and HARDENED_LDFLAGS of php/Dockerfile. */
  readonly cflags: string;
  readonly ldflags: string;
  /** Flags of a separate training, for a variant that cannot use our PGO profile. Its profile is in /own-profile. */
  readonly trainedCflags?: string;
}

/** Flags of docker-library and Bref. */
const hardening = '-fpic -fpie -fstack-protector-strong';
const sections = '-ffunction-sections -fdata-sections';
/** Flags of php/Dockerfile. */
const ourCflags = '-fPIC -fno-semantic-interposition -fstack-protector-strong';
const ourLdflags = '-Wl,-O1 -Wl,--as-needed -Wl,--gc-sections -Wl,--hash-style=gnu -Wl,-z,relro -Wl,-z,now';
const brefLdflags = '-Wl,-O1 -Wl,--strip-all -Wl,--hash-style=both';
const pgoFlags = '-fprofile-use=/profile -fprofile-correction -Wno-missing-profile';
const partialTrainingFlags = '-fprofile-partial-training --param=hot-bb-count-ws-permille=1000';

/** Flags of published PHP builds. */
export const published: readonly Variant[] = [
  withoutPgo('-Os (Bref 3)', `-Os ${hardening} ${sections}`, brefLdflags),
  withoutPgo(
    '-O2 (docker-library)',
    `-O2 ${hardening} -D_LARGEFILE_SOURCE -D_FILE_OFFSET_BITS=64`,
    '-Wl,-O1',
  ),
  withoutPgo('-O3 (Bref 2)', `-O3 ${hardening} ${sections}`, brefLdflags),
];

/** Flags that were tried and rejected. docs/performance.md has the figures. */
export const candidates: readonly Variant[] = [
  withPgo('no partial training', '', pgoFlags),
  withPgo('no PLT', '-fno-plt'),
  withOwnTraining('-O3', '-O3'),
  withOwnTraining('x86-64-v2', '-march=x86-64-v2'),
  withOwnTraining('x86-64-v3', '-march=x86-64-v3'),
  { ...withPgo('LTO', '-flto=auto'), ldflags: `${ourLdflags} -flto=auto` },
  {
    ...withPgo('BOLT', '-fno-reorder-blocks-and-partition'),
    compiler: 'gcc-and-bolt',
    ldflags: `${ourLdflags} -Wl,--emit-relocs`,
  },
  { ...withoutPgo('clang -O2', `-O2 ${hardening} ${sections}`, ourLdflags), compiler: 'clang' },
];

function withoutPgo(name: string, cflags: string, ldflags: string): Variant {
  return { name, compiler: 'gcc', cflags, ldflags };
}

/** Returns our flags with additional ones, and with our PGO profile. */
function withPgo(name: string, added: string, pgo = `${pgoFlags} ${partialTrainingFlags}`): Variant {
  const cflags = `-O2 ${ourCflags} ${sections} ${added} ${pgo}`;
  return { name, compiler: 'gcc', cflags, ldflags: ourLdflags };
}

/** Like `withPgo`, but trained separately: GCC rejects our PGO profile if the added flags change the code early. */
function withOwnTraining(name: string, added: string): Variant {
  const ownPgoFlags = pgoFlags.replace('/profile', '/own-profile');
  // GCC ignores the profile of a function that still differs (hash_xxhash.c has one with AVX2).
  const pgo = `${ownPgoFlags} ${partialTrainingFlags} -Wno-error=coverage-mismatch`;
  return { ...withPgo(name, added, pgo), trainedCflags: `-O2 ${ourCflags} ${sections} ${added}` };
}
