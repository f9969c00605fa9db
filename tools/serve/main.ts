/**
 * Serves a folder over HTTP with a layer, as Lambda would behind a Function URL: each request becomes an event of a
 * function in the sandbox of the layer's tests. `serve.ts [options] <zip>...`
 */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { catchSignals } from '#lib/node/signals.ts';
import { type Connection, openConnection } from '#lib/sandbox/connection.ts';
import { runCommand } from '#lib/sandbox/container.ts';
import { openForLooking, readWish, sandboxOptions } from '#lib/sandbox/look.ts';
import { containerName } from '#lib/sandbox/open.ts';
import { servePurpose } from '../../actions/test-layer/src/emulator/invocation.ts';
import { startFront } from './front.ts';

const usage = `Usage: node tools/serve/main.ts [options] <zip>...

  --app      folder with the application; a page that shows what arrives unless given
  --handler  _HANDLER; index.php unless given
  --port     8000 unless given; 0 for a free one
  --cpu      x86 or arm; this machine's unless given
  --base     auto, al2023 or debian-12
  --memory   MB; 1024 unless given
`;

/** Seconds of a request: what API Gateway waits at most. */
const timeout = 29;

const { signal, release } = catchSignals();
try {
  await main();
} catch (error) {
  if (error !== signal.reason) {
    console.error(`Error: ${describeError(error)}`);
    process.exitCode = 1;
  }
} finally {
  release();
}

async function main(): Promise<void> {
  const options = {
    ...sandboxOptions,
    app: { type: 'string', default: join(import.meta.dirname, 'welcome') },
    handler: { type: 'string', default: 'index.php' },
    port: { type: 'string', default: '8000' },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(usage);
  const wish = readWish(positionals, values, timeout);
  const port = readPort(values.port);
  const task = resolve(values.app);
  await access(join(task, values.handler)).catch(() => {
    throw new ActionError(
      `"${values.app}" has no ${values.handler}; give the folder in --app, its file in --handler.`,
    );
  });

  await using opened = await openForLooking(wish, signal);
  const { sandbox, name } = opened;
  const purpose = servePurpose(
    { task, handler: values.handler, settings: wish.settings },
    containerName(sandbox, 'serve'),
    undefined,
  );
  const open = () => openConnection(runCommand(sandbox, purpose), (piece) => process.stderr.write(piece));
  let connection: Connection | undefined;
  const invoke = async (event: unknown) => {
    connection ??= open();
    try {
      // The emulator needs some seconds to start a function anew that took too long.
      return await connection.invoke(event, (timeout + 10) * 1000);
    } catch (error) {
      await connection.close();
      connection = open();
      throw error;
    }
  };
  await using front = await startFront(port, invoke, console.log);
  connection ??= open();
  console.log(`${values.app} on ${name}: ${front.url} (Ctrl-C ends it)`);
  await aborted(signal);
}

/** Throws the signal's reason when it is aborted, or has been. */
async function aborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

function readPort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new ActionError(`--port must be a number from 0 to 65535; got "${value}".`);
  }
  return port;
}
