import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A client without buildx may come first on PATH where somebody installed one by hand; Debian's own has it. */
const clients = ['docker', '/usr/bin/docker'];

const buildx = ['buildx', 'version'];
const engine = ['version', '--format', '{{.Server.Version}}'];

/** The docker client to use: the first on PATH that has buildx and reaches an engine, else Debian's own. */
export async function findDocker(run: Run): Promise<string> {
  const faults: string[] = [];
  for (const program of clients) {
    const fault = await findFault(run, program, [buildx, engine]);
    if (fault === undefined) return program;
    faults.push(`${program}: ${fault}`);
  }
  throw new ActionError(
    `No Docker engine with buildx can be used (${faults.join('; ')}). ` +
      'Start or install one; on Debian, `make setup` does it for root.',
  );
}

/** The client to ask what needs no engine: the first that has buildx, else `docker`. No engine is asked, or woken. */
export async function findClient(run: Run): Promise<string> {
  for (const program of clients) {
    if ((await findFault(run, program, [buildx])) === undefined) return program;
  }
  return 'docker';
}

async function findFault(
  run: Run,
  program: string,
  questions: readonly (readonly string[])[],
): Promise<string | undefined> {
  for (const args of questions) {
    try {
      const { exitCode, stderr } = await run([program, ...args], { allowFailure: true });
      if (exitCode !== 0) return stderr.trim().split('\n')[0] || `exit code ${exitCode}`;
    } catch {
      return 'not installed';
    }
  }
  return undefined;
}
