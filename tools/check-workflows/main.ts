import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installGoTool } from '#lib/dev-tools/go-tool.ts';
import { installPythonPackage } from '#lib/dev-tools/python-package.ts';
import { installShellcheck } from '#lib/dev-tools/shellcheck.ts';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';

const usage = `Usage: npm run check:workflows

Checks GitHub workflows with zizmor and actionlint, their shell commands with shellcheck, and the CloudFormation template
of the publishing role with cfn-lint. All are installed once, in pinned versions, inside the checkout. actionlint needs
Go, and is skipped without it.

  --help  show this text
`;

await runTool(main);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(usage);
    return;
  }
  const run = createRun(createLogger(false));
  const zizmor = await installPythonPackage(run, { name: 'zizmor', version: '1.32.0' });
  await run([join(zizmor, 'zizmor'), '--offline', '--pedantic', '--quiet', '.github'], { show: true });
  const cfnLint = await installPythonPackage(run, { name: 'cfn-lint', version: '1.58.0' });
  await run([join(cfnLint, 'cfn-lint'), ...globSync('.github/aws/*.yml')], { show: true });
  const actionlint = await installGoTool(run, 'github.com/rhysd/actionlint/cmd/actionlint', 'v1.7.12');
  if (actionlint === undefined) {
    console.log("Skipping actionlint, because it needs Go. GitHub's runners have Go.");
    console.log('No findings of zizmor and cfn-lint.');
    return;
  }
  // By default, actionlint uses the shellcheck on PATH, and skips shell commands if there is none.
  await run([actionlint, '-shellcheck', await installShellcheck(run)], { show: true });
  console.log('No findings of zizmor, cfn-lint and actionlint.');
}
