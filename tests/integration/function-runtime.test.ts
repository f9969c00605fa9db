import { expect, test } from 'vitest';
import { findLayerImage, startLayerFunction } from '../stand-ins/runtime-api/layer-function.ts';
import { startRuntimeApi } from '../stand-ins/runtime-api/server.ts';

// Tests that AWS's emulator does not support, or that would take too long in it. The others are in
// tests/layers/function.

const image = await findLayerImage('php-82');
const withImage = test.skipIf(image === undefined);
const skipped = image === undefined ? ' (skipped: run `make docker-images-php-82`)' : '';

async function start(handler: string, files: Record<string, string> = {}, args: readonly string[] = []) {
  const api = await startRuntimeApi();
  const code = { 'handler.php': `<?php\n${handler}`, ...files };
  const started = await startLayerFunction({ api: api.address, image: image ?? '', code, arguments: args });
  return {
    ...api,
    log: started.log,
    exitCode: started.exitCode,
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

withImage(`serves 300 events in 300 processes, and leaves no process or file behind${skipped}`, async () => {
  await using api = await start(`
    return static fn (): array => [getmypid(), getmyinode(), count(glob('/proc/[1-9]*')), count(glob('/tmp/{,.}*', GLOB_BRACE))];`);
  const results: number[][] = [];
  for (let event = 0; event < 300; event++) {
    results.push(JSON.parse((await api.invoke(event)).body.toString()));
  }
  expect(new Set(results.map(([processId]) => processId)).size).toBe(300);
  // The previous process may not have disappeared yet.
  const processes = results.map(([, , count]) => count ?? 0);
  expect(Math.max(...processes.slice(1)) - Math.min(...processes.slice(1))).toBeLessThanOrEqual(1);
  expect(new Set(results.map(([, , , files]) => files)).size).toBe(1);
});

test.skipIf(image === undefined).each([
  [
    '',
    'PHP is started for each event instead of forked, because /proc/self/task cannot be read; add it to open_basedir.\n',
  ],
  [':/proc/self/task', ''],
])(`open_basedir = /var/task:/opt:/tmp%s makes the log %j${skipped}`, async (folder, log) => {
  await using api = await start('return static fn (int $event): int => $event;', {
    'php/conf.d/app.ini': `open_basedir = /var/task:/opt:/tmp${folder}\n`,
  });
  for (const event of ['1', '2']) expect((await api.invoke(Number(event))).body.toString()).toBe(event);
  expect(api.log()).toBe(log);
});

// AWS's emulator may pass the handler's name as an argument of the bootstrap.
withImage(`ignores arguments${skipped}`, async () => {
  await using api = await start('return static fn (): int => 1;', {}, ['handler.php']);
  expect((await api.invoke(1)).body.toString()).toBe('1');
});

withImage(`repeats the attempt id in responses and errors${skipped}`, async () => {
  await using api = await start(`
    return static fn (string $what): string => match ($what) {
        'respond' => 'yes',
        'error' => throw new Exception('no'),
        'exit' => exit,
        'kill' => posix_kill(getmypid(), SIGKILL),
    };`);
  for (const what of ['respond', 'error', 'exit', 'kill', 'respond']) {
    const response = await api.invoke(what, { attemptId: `attempt-to-${what}` });
    expect(response).toMatchObject({
      kind: what === 'respond' ? 'response' : 'error',
      status: 202,
      headers: { 'lambda-runtime-invocation-id': `attempt-to-${what}` },
    });
  }
});

withImage(`continues after a response that came too late${skipped}`, async () => {
  await using api = await start('return static fn (int $ms): int => [usleep($ms * 1000), $ms][1];');
  const late = api.invoke(600, { timeoutMs: 300 }).catch((error: unknown) => error);
  expect(await late).toBeInstanceOf(Error);
  await expect.poll(() => api.responses.map(({ status }) => status)).toEqual([410]);
  expect((await api.invoke(1)).body.toString()).toBe('1');
  await expect.poll(() => api.log()).toContain("The response came after the function's timeout.");
});

withImage(`reports an init error once, and ends${skipped}`, async () => {
  await using api = await start("throw new DomainException('never starts');");
  expect(await api.exitCode).toBe(1);
  expect(api.responses).toHaveLength(1);
  expect(api.responses[0]).toMatchObject({
    kind: 'init-error',
    status: 202,
    headers: { 'lambda-runtime-function-error-type': 'Runtime.UnknownReason' },
  });
});

withImage(`ends if it is killed before its first event${skipped}`, async () => {
  await using api = await start('posix_kill(getmypid(), SIGKILL);');
  expect(await api.exitCode).toBe(137);
  expect(api.responses).toEqual([]);
});

withImage(`ends with the exit code of the application's own runtime${skipped}`, async () => {
  await using api = await start('', {
    'vendor/autoload.php':
      '<?php namespace Bref\\FunctionRuntime; class Main { static function run() { exit(3); } }',
  });
  expect(await api.exitCode).toBe(3);
});
