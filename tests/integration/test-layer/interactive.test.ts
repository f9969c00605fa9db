import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { cpuNames } from '#lib/layer/cpu.ts';
import { makeWorkspace, type Workspace } from '../../fixtures/workspace.ts';
import { serve as serveHttp } from '../../stand-ins/file-server.ts';
import { cpu } from './harness.ts';
import { nodeLayer } from './node-layer.ts';

let shared: Workspace;
let node: string;
beforeAll(async () => {
  shared = await makeWorkspace();
  node = await shared.zip('node.zip', await nodeLayer());
});
afterAll(() => shared[Symbol.asyncDispose]());

interface Served extends AsyncDisposable {
  readonly url: string;
  output(): string;
  /** Ends it like Ctrl-C. */
  stop(): Promise<unknown[]>;
}

/** Starts tools/serve/main.ts on a free port, and returns when it is ready. */
async function serve(workspace: Workspace, ...words: readonly string[]): Promise<Served> {
  const temporary = join(workspace.path, 'temporary');
  await mkdir(temporary, { recursive: true });
  const args = ['tools/serve/main.ts', '--base', 'debian-12', '--port', '0', ...words];
  const child: ChildProcess = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: temporary } });
  const exit = once(child, 'close');
  let output = '';
  const url = await new Promise<string>((done, fail) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
        const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(output) ?? [];
        if (found !== undefined) done(found);
      });
    }
    child.once('close', () => fail(new Error(output)));
  });
  const stop = () => {
    child.kill('SIGINT');
    return exit;
  };
  return {
    url,
    output: () => output,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

test('serves a folder with any layer, and converts requests to events and answers to responses in order', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file(
    'app/handler.mjs',
    `let count = 0;
    export const handler = async ({ rawPath, body, isBase64Encoded, cookies, headers, requestContext }) => {
      count += 1;
      console.log('event', count);
      if (rawPath === '/error') throw new TypeError('bad');
      if (rawPath === '/exit') process.exit(3);
      if (rawPath === '/plain') return { a: 1 };
      const { method } = requestContext.http;
      const content = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
      return {
        statusCode: 203,
        headers: { 'content-type': 'application/x-test', 'x-count': count, 'x-method': method, 'x-host': headers.host },
        cookies: ['a=1; HttpOnly', 'b=' + (cookies ?? []).length],
        body: Buffer.concat([content, Buffer.from([0, 255])]).toString('base64'),
        isBase64Encoded: true,
      };
    };`,
  );
  await using served = await serve(
    workspace,
    '--app',
    join(workspace.path, 'app'),
    '--handler',
    'handler.mjs',
    node,
  );
  const { url } = served;
  const bytes = Buffer.from([1, 0, 200]);
  const response = await fetch(`${url}x?y=1`, {
    method: 'PUT',
    body: bytes,
    headers: { cookie: 'q=1; r=2' },
  });
  expect(response.status).toBe(203);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/x-test',
    'x-method': 'PUT',
    'x-host': new URL(url).host,
  });
  expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([1, 0, 200, 0, 255]));

  const counts = await Promise.all(
    [1, 2, 3].map(async () => Number((await fetch(url)).headers.get('x-count'))),
  );
  expect(counts.sort()).toEqual([2, 3, 4]);
  expect(await (await fetch(`${url}plain`)).json()).toEqual({ a: 1 });
  const failure = await fetch(`${url}error`);
  expect([failure.status, await failure.text()]).toEqual([
    502,
    expect.stringContaining('"errorType": "TypeError"'),
  ]);
  expect((await fetch(`${url}exit`)).status).toBe(502);
  // The new environment counts from 1 again.
  expect((await fetch(url)).headers.get('x-count')).toBe('1');
  const large = await fetch(url, { method: 'POST', body: Buffer.alloc(7 * 2 ** 20) });
  expect(large.status).toBe(413);
  expect(served.output()).toContain('event 4');
  expect(served.output()).toMatch(/PUT \/x\?y=1 203 in \d+ ms/);

  expect(await served.stop()).toEqual([0, null]);
  expect(await readdir(join(workspace.path, 'temporary'))).toEqual([]);
});

const layer = `output/${cpuNames[cpu].prefix}php-82-fpm.zip`;

test.skipIf(!existsSync(layer) && !process.env.CI)(
  'serves a page, its form, a file and cookies with PHP-FPM',
  async () => {
    await using workspace = await makeWorkspace();
    await using served = await serve(workspace, layer);
    const first = await fetch(served.url);
    expect(first.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(first.headers.getSetCookie()).toEqual(['visits=1']);
    expect(await first.text()).toContain('<h1>PHP 8.2.');
    const form = new FormData();
    form.set('text', 'é & ü');
    form.set('file', new Blob([Buffer.from([0, 255])]), 'a.bin');
    const second = await fetch(served.url, { method: 'POST', body: form, headers: { cookie: 'visits=1' } });
    expect(second.headers.getSetCookie()).toEqual(['visits=2']);
    const page = await second.text();
    expect(page).toContain('<tr><th>text</th><td>é &amp; ü</td></tr>');
    expect(page).toContain('&quot;name&quot;:&quot;a.bin&quot;');
    expect(page).toContain('&quot;size&quot;:2');
  },
);

test.each([
  [['--port', 'x'], '--port must be a whole number from 0 to 65535; got "x".'],
  [['--app', '/none'], 'The folder "/none" has no index.php. Set --app to another folder'],
  [['--cpu', 'arm64'], '--cpu must be one of x86, arm; got "arm64".'],
  [['--base', 'alpine'], `--base must be one of ${baseOsChoices.join(', ')}; got "alpine".`],
  [['--memory', '1g'], '--memory must be a whole number of at least 128 MB; got "1g".'],
  [[], 'Layer "none.zip" does not exist. Build it first'],
])('tools/serve rejects the options %j', (words, message) => {
  const args = ['tools/serve/main.ts', '--base', 'debian-12', ...words, 'none.zip'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining(`Error: ${message}`)]);
});

test('rejects a port that is in use, and starts nothing', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('index.php', '');
  await using taken = await serveHttp((_request, response) => response.end());
  const { port } = new URL(taken.url);
  const args = ['tools/serve/main.ts', '--base', 'debian-12', '--app', workspace.path, '--port', port, node];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, `Error: Port ${port} is in use. Set --port to another one.\n`]);
});

test('rejects a shell in a folder that does not exist, and does not create the folder', async () => {
  await using workspace = await makeWorkspace();
  const app = join(workspace.path, 'none');
  const { status, stderr } = spawnSync(process.execPath, ['tools/shell/main.ts', '--app', app, node], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, `Error: --app must be a folder; got "${app}".\n`]);
  expect(existsSync(app)).toBe(false);
});

test('runs piped commands of a shell in the sandbox of a case, and returns their exit code', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('app/note', 'in the task');
  const args = [
    'tools/shell/main.ts',
    '--base',
    'debian-12',
    '--app',
    join(workspace.path, 'app'),
    '--memory',
    '300',
    node,
  ];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    input:
      'id -u; cat note; node -p "process.constrainedMemory() / 2 ** 20"; echo $LAMBDA_TASK_ROOT; touch /opt/x; exit 7',
  });
  expect(stdout).toMatch(/993\nin the task300\n\/var\/task\n$/);
  expect(status).toBe(7);
});
