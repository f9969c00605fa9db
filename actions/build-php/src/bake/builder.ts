import type { Run } from '../../../shared/command.ts';
import { ActionError } from '../../../shared/errors.ts';
import type { BaseIdentity } from '../base.ts';

/**
 * Throws where the builder exists no more, or builds elsewhere than in this machine's engine and hence cannot see a base
 * that was made here: only what a registry has can be had everywhere.
 */
export async function checkBuilder(
  builder: string | undefined,
  { base, image }: BaseIdentity,
  docker: string,
  run: Run,
): Promise<void> {
  if (builder === undefined) return;
  const driver = builder === 'depot' ? 'depot' : await findDriver(builder, docker, run);
  if (base === 'al2023' || driver === 'docker') return;
  throw new ActionError(
    `The builder "${builder}" (driver ${driver}) cannot see ${image}, which was made in this machine's engine and is ` +
      'in no registry. Use base al2023 with it, or build without it.',
  );
}

async function findDriver(builder: string, docker: string, run: Run): Promise<string> {
  const { exitCode, stdout, stderr } = await run([docker, 'buildx', 'inspect', builder], {
    allowFailure: true,
  });
  const driver = /^Driver:\s*(\S+)/m.exec(stdout)?.[1];
  if (exitCode === 0 && driver !== undefined) return driver;
  throw new ActionError(
    `There is no buildx builder "${builder}" (\`docker buildx ls\` lists them): ${stderr.trim().split('\n').at(-1)}`,
  );
}
