import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A client that was installed by hand, without buildx, may come first on PATH. Debian's own client has buildx. */
const clients = ['docker', '/usr/bin/docker'];

const buildxVersion = ['buildx', 'version'];
const engineVersion = ['version', '--format', '{{.Server.Version}}'];

/**
 * Returns the docker client to use: the first one that has buildx and reaches an engine.
 *
 * @throws ActionError if there is none
 */
export async function findDocker(run: Run): Promise<string> {
  const faults: string[] = [];
  for (const program of clients) {
    const fault = await findFault(run, program, [buildxVersion, engineVersion]);
    if (fault === undefined) return program;
    faults.push(`${program}: ${fault}`);
  }
  throw new ActionError(
    `No Docker engine with buildx is available (${faults.join('; ')}). ` +
      'Start or install one. On Debian, root can run `make setup`.',
  );
}

/**
 * Returns a client for commands that need no engine: the first one that has buildx, otherwise `docker`. Starts no
 * engine.
 */
export async function findDockerClient(run: Run): Promise<string> {
  for (const program of clients) {
    if ((await findFault(run, program, [buildxVersion])) === undefined) return program;
  }
  return 'docker';
}

async function findFault(
  run: Run,
  program: string,
  commands: readonly (readonly string[])[],
): Promise<string | undefined> {
  for (const args of commands) {
    try {
      const { exitCode, stderr } = await run([program, ...args], { allowFailure: true });
      if (exitCode !== 0) return stderr.trim().split('\n')[0] || `exit code ${exitCode}`;
    } catch {
      return 'not installed';
    }
  }
  return undefined;
}
