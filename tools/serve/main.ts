/**
 * Serves a folder over HTTP with a layer, like Lambda behind a Function URL. Each request becomes an event of a function
 * in the sandbox of the layer's tests.
 */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { ActionError } from '#lib/node/errors.ts';
import { catchSignals } from '#lib/node/signals.ts';
import { describeToolError } from '#lib/node/tool-entry.ts';
import type { Connection } from '#lib/sandbox/connection.ts';
import { startFunction } from '#lib/sandbox/function.ts';
import {
  interactiveOptions,
  openInteractiveSandbox,
  parseInteractiveRequest,
} from '#lib/sandbox/interactive.ts';
import { containerName } from '#lib/sandbox/open.ts';
import { startFront } from './front.ts';

const usage = `Usage: node tools/serve/main.ts [options] <zip>...

Serves a folder over HTTP with a layer, like Lambda behind a Function URL.

  --app      folder of the application (default: a page that shows the request)
  --handler  value of _HANDLER (default: index.php)
  --port     port, or 0 for a free one (default: 8000)
  --cpu      x86 or arm (default: the CPU of this machine)
  --base     ${baseOsChoices.join(', ')} (default: auto)
  --memory   memory of the function in MB (default: 1024)
  --help     show this text
`;

/** Longest time that API Gateway waits for a function. */
const timeoutSeconds = 29;
/** Additional time in which the emulator restarts a function after a timeout. */
const restartSeconds = 10;

const { signal, release } = catchSignals();
try {
  await main();
} catch (error) {
  if (error !== signal.reason) {
    console.error(`Error: ${describeToolError(error)}`);
    process.exitCode = 1;
  }
} finally {
  release();
}

async function main(): Promise<void> {
  const options = {
    ...interactiveOptions,
    app: { type: 'string', default: join(import.meta.dirname, 'welcome') },
    handler: { type: 'string', default: 'index.php' },
    port: { type: 'string', default: '8000' },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(usage);
  const request = parseInteractiveRequest(positionals, values, timeoutSeconds);
  const port = parsePort(values.port);
  const task = resolve(values.app);
  await access(join(task, values.handler)).catch(() => {
    throw new ActionError(
      `The folder "${values.app}" has no ${values.handler}. Set --app to another folder, or --handler to another file.`,
    );
  });

  await using opened = await openInteractiveSandbox(request, signal);
  const { sandbox, name } = opened;
  const container = containerName(sandbox, 'serve');
  const start = () =>
    startFunction(
      sandbox,
      { container, task, handler: values.handler, settings: request.settings },
      (chunk) => process.stderr.write(chunk),
    );
  let connection: Connection | undefined;
  const invoke = async (event: unknown) => {
    connection ??= start();
    try {
      return await connection.invoke(event, (timeoutSeconds + restartSeconds) * 1000);
    } catch (error) {
      await connection.close();
      connection = start();
      throw error;
    }
  };
  await using front = await startFront(port, invoke, console.log);
  connection ??= start();
  console.log(`Serving ${values.app} on ${name} at ${front.url} (stop with Ctrl-C)`);
  await waitForAbort(signal);
}

/** Waits until the signal is aborted, and throws its reason. */
async function waitForAbort(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new ActionError(`--port must be a whole number from 0 to 65535; got "${value}".`);
  }
  return port;
}
