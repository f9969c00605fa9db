/** What helps where Docker, a compiler or what makes a base failed in a known way, by what it said. */
export function findRemedy(said: string): string | undefined {
  return remedies.find(([pattern]) => pattern.test(said))?.[1];
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    'The disk is full: free some space (`docker builder prune` drops old layers), then run it again.',
  ],
  [
    // All that buildx says where it could not write what BuildKit sent it.
    /error from receiver/i,
    'What was built could not be written, most likely because the disk that `output` is on is full: free some space, then run it again.',
  ],
  [
    /unrecognized option/i,
    "This PHP has no such flag: look at `configure-flags`, `extensions`, and the flags in the version's Dockerfile.",
  ],
  [
    /Package requirements .* were not met|cannot find -l/i,
    'A library that an extension needs is not installed: in a folder of your own (`folder`, a copy of the php-NN), add `RUN dnf install --assumeyes <package>` (debian-12: `RUN apt-get update && apt-get install --yes <package>`) after `FROM toolchain AS php`, with its -devel or -dev package; or, in a fork, list that in bases/<base>/packages/list.txt.',
  ],
  [
    /ended by SIGKILL|Killed signal terminated program|Killed \(program|out of memory|Cannot allocate memory|virtual memory exhausted|exit code: 137/i,
    'A program was killed or refused memory: give the Docker engine more (in Docker Desktop: Settings, Resources), or end what else needs it, then run this again.',
  ],
  [
    /failed to resolve source metadata for (?:docker\.io\/)?bref\/base-/i,
    "The base debian-12 is made in this machine's engine and is in no registry, where this builder looks for it: use base al2023, or the builder of the engine (`docker buildx use default`).",
  ],
  [
    /Cannot connect to the Docker daemon|failed to solve: Unavailable: |code = Unavailable|transport is closing/i,
    'The Docker engine went away: start it and run this again; what was finished is kept.',
  ],
];
