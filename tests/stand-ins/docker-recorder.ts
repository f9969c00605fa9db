import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface DockerRecorder {
  /** Variables that make a process run the recorder instead of the docker client. */
  readonly environment: Readonly<Record<string, string>>;
  /** Returns all calls so far: bake's own variables, if they were set, and the client's arguments. */
  calls(): Promise<readonly string[]>;
}

/** Puts a `docker` on the PATH that records its arguments and then runs the real client. */
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
