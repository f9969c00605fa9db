/**
 * Checks what GitHub and AWS read: workflows with actionlint (their shell with shellcheck) and zizmor, the publisher's role with cfn-lint. The tools
 * are installed once, pinned, inside the checkout.
 */
import { existsSync, globSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installGoTool } from '#lib/dev-tools/go-tool.ts';
import { installShellcheck } from '#lib/dev-tools/shellcheck.ts';
import { createRun, type Run } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';

/** Of PyPI. */
const pythonTools = { zizmor: '1.32.0', 'cfn-lint': '1.58.0' };

const folder = join(import.meta.dirname, '../..', '.cache', 'check-workflows');

await runTool(main);

async function main(): Promise<void> {
  const run = createRun(createLogger(false));
  const bin = await installPythonTools(run);
  await run([join(bin, 'zizmor'), '--offline', '--pedantic', '--quiet', '.github'], { show: true });
  await run([join(bin, 'cfn-lint'), ...globSync('.github/aws/*.yml')], { show: true });
  const linter = await installGoTool(run, 'github.com/rhysd/actionlint/cmd/actionlint', 'v1.7.12');
  // Named, since actionlint takes whichever there is, GitHub's machines among others, and none where there is none.
  if (linter !== undefined) await run([linter, '-shellcheck', await installShellcheck(run)], { show: true });
  if (linter === undefined)
    console.log('actionlint was left out: it needs Go, which GitHub has on its machines.');
  console.log(`Workflows are sound: ${linter === undefined ? '' : 'actionlint, '}zizmor, cfn-lint.`);
}

/** The folder of the programs. */
async function installPythonTools(run: Run): Promise<string> {
  const pins = Object.entries(pythonTools).map(([name, version]) => `${name}==${version}`);
  const environment = join(folder, pins.join('-'));
  const bin = join(environment, 'bin');
  const complete = join(environment, 'complete');
  if (existsSync(complete)) return bin;
  await rm(environment, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run(['python3', '-m', 'venv', environment]);
  await run([join(bin, 'pip'), 'install', '--quiet', '--disable-pip-version-check', ...pins]);
  await writeFile(complete, '');
  return bin;
}
