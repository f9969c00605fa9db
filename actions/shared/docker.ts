import type { Run } from './command.ts';
import { ActionError } from './errors.ts';

/**
 * The docker client to use: the first on PATH that has buildx and reaches an engine, else Debian's own. A client
 * without buildx may come first on PATH where somebody installed one by hand.
 */
export async function findDocker(run: Run): Promise<string> {
  const faults: string[] = [];
  for (const program of ['docker', '/usr/bin/docker']) {
    const fault = await findFault(run, program);
    if (fault === undefined) return program;
    faults.push(`${program}: ${fault}`);
  }
  throw new ActionError(
    `No Docker engine with buildx can be used (${faults.join('; ')}). ` +
      'Start or install one; on Debian, `make setup` does it for root.',
  );
}

async function findFault(run: Run, program: string): Promise<string | undefined> {
  for (const args of [
    ['buildx', 'version'],
    ['version', '--format', '{{.Server.Version}}'],
  ]) {
    try {
      const { exitCode, stderr } = await run([program, ...args], { allowFailure: true });
      if (exitCode !== 0) return stderr.trim().split('\n')[0] || `exit code ${exitCode}`;
    } catch {
      return 'not installed';
    }
  }
  return undefined;
}
