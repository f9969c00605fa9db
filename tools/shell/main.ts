/**
 * Opens a shell in the sandbox of a layer's tests, with the same root, mounts, user, limits and environment. It also runs
 * commands that are piped in.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { ActionError } from '#lib/node/errors.ts';
import { catchSignals } from '#lib/node/signals.ts';
import { describeToolError } from '#lib/node/tool-entry.ts';
import { runCommand } from '#lib/sandbox/container.ts';
import {
  interactiveOptions,
  openInteractiveSandbox,
  parseInteractiveRequest,
} from '#lib/sandbox/interactive.ts';
import { containerName } from '#lib/sandbox/open.ts';

const usage = `Usage: node tools/shell/main.ts [options] <zip>...

Opens a shell in the sandbox of a layer's tests.

  --app     folder that is mounted at /var/task (default: none)
  --cpu     x86 or arm (default: the CPU of this machine)
  --base    ${baseOsChoices.join(', ')} (default: auto)
  --memory  memory in MB (default: 1024)
  --help    show this text
`;

const { signal, release } = catchSignals();
try {
  await main();
} catch (error) {
  console.error(`Error: ${describeToolError(error)}`);
  process.exitCode = 1;
} finally {
  release();
}

async function main(): Promise<void> {
  const options = { ...interactiveOptions, app: { type: 'string', default: '' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(usage);
  const request = parseInteractiveRequest(positionals, values, 900);
  if (values.app !== '' && !(await isFolder(values.app))) {
    throw new ActionError(`--app must be a folder; got "${values.app}".`);
  }
  await using opened = await openInteractiveSandbox(request, signal);
  const [program, ...args] = runCommand(opened.sandbox, {
    name: containerName(opened.sandbox, 'shell'),
    ...(values.app !== '' && { task: resolve(values.app) }),
    settings: request.settings,
    command: ['/bin/sh'],
    input: process.stdin.isTTY ? 'terminal' : 'connection',
  });
  console.log(`Shell on ${opened.name} with the layer at /opt (leave with "exit" or Ctrl-D)`);
  const [code] = await once(spawn(program, args, { stdio: 'inherit' }), 'close');
  process.exitCode = Number(code ?? 1);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
