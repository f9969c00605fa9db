import type { Run } from '../../../shared/command.ts';
import type { Sandbox } from '../sandbox/container.ts';

export async function killContainer(name: string, { docker }: Sandbox, run: Run): Promise<void> {
  await run([docker, 'rm', '--force', name], { allowFailure: true });
}
