import { findPullFailure } from '#lib/base-os/pull-failures.ts';

/** Returns the fix for a known failure of Docker, a compiler or mmdebstrap, or undefined. */
export function findRemedy(output: string): string | undefined {
  const remedy = remedies.find(([pattern]) => pattern.test(output))?.[1];
  if (remedy !== undefined) return remedy;
  // A builder that cannot see the engine's images pulls the base OS itself.
  return /failed to resolve source metadata/i.test(output) ? findPullFailure(output)?.fix : undefined;
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    'The disk is full. Free some space (`docker builder prune` removes old build steps), then run this again.',
  ],
  [
    // buildx reports nothing else if it cannot write the files that BuildKit sends.
    /error from receiver/i,
    'The result of the build could not be written. The most likely reason is a full disk under `output`: free some space, then run this again.',
  ],
  [
    /unrecognized option/i,
    "This PHP does not know a flag. Check `configure-flags`, `extensions` and the flags in the version's Dockerfile.",
  ],
  [
    /Package requirements .* were not met|cannot find -l/i,
    'A library that an extension needs is not installed. In a folder of your own (`folder`, a copy of php-NN), add `RUN dnf install --assumeyes <package>` (on Debian: `RUN apt-get update && apt-get install --yes <package>`) after `FROM toolchain AS php`, with the -devel or -dev package of the library. In a fork, add the package to php/bases/<base>/packages/list.txt instead.',
  ],
  [
    /by SIGKILL|Killed signal terminated program|Killed \(program|out of memory|Cannot allocate memory|virtual memory exhausted|exit code: 137/i,
    'A program was killed or could not allocate memory. Give the Docker engine more memory (in Docker Desktop: Settings, Resources) or stop other programs, then run this again.',
  ],
  [
    /failed to resolve source metadata for (?:docker\.io\/)?bref\/base-/i,
    "The image of the base OS exists only in this machine's engine, but this builder looks for it in a registry. Use `base: al2023`, or the engine's own builder (`docker buildx use default`).",
  ],
  [
    /Cannot connect to the Docker daemon|failed to solve: Unavailable: |code = Unavailable|transport is closing/i,
    'The connection to the Docker engine was lost. Start the engine and run this again; finished steps are kept.',
  ],
];
