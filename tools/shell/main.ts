/**
 * Opens a shell in which a layer is what its tests see: the same root, mounts, user, limits and environment.
 * `shell.ts [options] <zip>...`; what is piped in is run, as with any shell.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { catchSignals } from '#lib/node/signals.ts';
import { runCommand } from '#lib/sandbox/container.ts';
import { openForLooking, readWish, sandboxOptions } from '#lib/sandbox/look.ts';
import { containerName } from '#lib/sandbox/open.ts';

const usage = `Usage: node tools/shell/main.ts [options] <zip>...

  --app     folder that is at /var/task; none unless given
  --cpu     x86 or arm; this machine's unless given
  --base    auto, al2023 or debian-12
  --memory  MB; 1024 unless given
`;

const { signal, release } = catchSignals();
try {
  await main();
} catch (error) {
  console.error(`Error: ${describeError(error)}`);
  process.exitCode = 1;
} finally {
  release();
}

async function main(): Promise<void> {
  const options = { ...sandboxOptions, app: { type: 'string', default: '' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(usage);
  const wish = readWish(positionals, values, 900);
  // Docker would make a folder that is missing.
  const isFolder = values.app === '' || (await stat(values.app).catch(() => undefined))?.isDirectory();
  if (!isFolder) throw new ActionError(`--app must be a folder; got "${values.app}".`);
  await using opened = await openForLooking(wish, signal);
  const [program, ...args] = runCommand(opened.sandbox, {
    name: containerName(opened.sandbox, 'shell'),
    ...(values.app !== '' && { task: resolve(values.app) }),
    settings: wish.settings,
    command: ['/bin/sh'],
    input: process.stdin.isTTY ? 'terminal' : 'connection',
  });
  console.log(`A shell on ${opened.name}; the layer is at /opt. "exit" or Ctrl-D ends it.`);
  const [code] = await once(spawn(program, args, { stdio: 'inherit' }), 'close');
  process.exitCode = Number(code ?? 1);
}
