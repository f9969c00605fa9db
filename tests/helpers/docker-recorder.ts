import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface DockerRecorder {
  /** What lets a process find the recorder before the docker client that it stands in front of. */
  readonly environment: Readonly<Record<string, string>>;
  /** Each call so far: the client's arguments, after bake's own variables where they were set. */
  calls(): Promise<readonly string[]>;
}

/** A `docker` on the PATH that writes down how it was called, and is the real client then. */
export async function recordDocker(folder: string, docker: string): Promise<DockerRecorder> {
  const log = join(folder, 'docker-calls');
  const programs = join(folder, 'bin');
  await mkdir(programs, { recursive: true });
  await writeFile(log, '');
  const path = process.env.PATH ?? '';
  const script = `#!/bin/sh
printf '%s\\n' "$(env | grep '^BUILDX_BAKE_' | tr '\\n' ' ')$*" >> '${log}'
PATH='${path}'
exec '${docker}' "$@"
`;
  await writeFile(join(programs, 'docker'), script);
  await chmod(join(programs, 'docker'), 0o755);
  return {
    environment: { PATH: `${programs}:${path}` },
    calls: async () => (await readFile(log, 'utf8')).trim().split('\n'),
  };
}
