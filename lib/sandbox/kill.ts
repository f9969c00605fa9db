import type { Run } from '#lib/node/command.ts';
import type { Sandbox } from './container.ts';

export async function killContainer(name: string, { docker }: Sandbox, run: Run): Promise<void> {
  await run([docker, 'rm', '--force', name], { allowFailure: true });
}
