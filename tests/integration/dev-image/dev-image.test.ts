import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { launchBrowser, noBrowser, openPage } from '../../fixtures/browser.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';
import { type DevContainer, startContainer } from './container.ts';

const image = process.env.DEV_IMAGE ?? 'bref/php-82-fpm-dev';
const application = join(import.meta.dirname, 'application');

const run = createRun(silentLogger());
const docker = await findDocker(run);
const { exitCode } = await run([docker, 'image', 'inspect', image], { allowFailure: true });
const hasImage = exitCode === 0;
if (!hasImage) console.warn(`Skipped: there is no image ${image}. Build it with: make docker-images-php-82`);

let browser: Browser | undefined;
let container: DevContainer;
beforeAll(async () => {
  if (!hasImage) return;
  browser = await launchBrowser();
  container = await startContainer(docker, image, application);
});
afterAll(async () => {
  await browser?.close();
  await container?.[Symbol.asyncDispose]();
});

/** Runs a command in a new container with the image's entry point. */
async function runInImage(options: readonly string[], ...command: readonly string[]) {
  return run([docker, 'run', '--rm', ...options, image, ...command], { allowFailure: true });
}

const php = (code: string) => ['php', '-r', code];

test.skipIf(!hasImage)('a browser opens a page of an application with its assets', async ({ skip }) => {
  if (browser === undefined) return skip(noBrowser);
  await using opened = await openPage(browser, container.url);
  const { page, consoleErrors, requests } = opened;
  await page.waitForFunction('document.title === "Shop (ready)"');
  expect(await page.textContent('h1')).toBe('Hello stranger');
  expect(await page.evaluate('getComputedStyle(document.querySelector("h1")).color')).toBe('rgb(10, 20, 30)');
  expect(await page.evaluate('document.querySelector("img").naturalWidth')).toBe(16);
  expect(consoleErrors).toEqual([]);
  expect(requests.map((url) => new URL(url).pathname)).toContain('/app.js');
});

test.skipIf(!hasImage)('a browser posts a form, keeps cookies and follows a redirect', async ({ skip }) => {
  if (browser === undefined) return skip(noBrowser);
  await using opened = await openPage(browser, container.url);
  const { page } = opened;
  await page.fill('input', 'Zoë & Co');
  await page.click('button');
  await page.waitForFunction('document.querySelector("h1").textContent === "Hello Zoë & Co"');
  expect(new URL(page.url()).pathname).toBe('/');
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name, value }) => [name, decodeURIComponent(value)])).toEqual([
    ['user', 'Zoë & Co'],
    ['theme', 'dark'],
  ]);
});

test.skipIf(!hasImage)('the application handles a request for a missing asset', async ({ skip }) => {
  if (browser === undefined) return skip(noBrowser);
  await using opened = await openPage(browser, container.url);
  const response = await opened.page.goto(`${container.url}/missing.css`);
  expect(response?.status()).toBe(404);
  expect(await opened.page.textContent('h1')).toBe('No such page');
});

test.skipIf(!hasImage)(
  'a failing script leads to an error page with its message and status',
  async ({ skip }) => {
    if (browser === undefined) return skip(noBrowser);
    await using opened = await openPage(browser, container.url);
    const response = await opened.page.goto(`${container.url}/failure`);
    expect(response?.status()).toBe(500);
    expect(await opened.page.textContent('body')).toContain(
      'Uncaught RuntimeException: The shop is closed. in /var/task/public/index.php',
    );
    expect(await container.log()).toContain('The shop is closed.');
  },
);

test.skipIf(!hasImage)(
  'a script that kills its worker is reported, and the next request succeeds',
  async () => {
    const crashed = await fetch(`${container.url}/crash`);
    expect(crashed.status).toBe(502);
    expect(await crashed.text()).toContain('its worker crashed or was killed');
    expect(await (await fetch(`${container.url}/fast`)).text()).toBe('fast');
  },
);

test.skipIf(!hasImage)('a request arrives as it does on Lambda', async () => {
  const response = await fetch(`${container.url}/request?a=1&b=%20x`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from([0xff, 0, 0x7b]),
  });
  expect(await response.json().catch((error: unknown) => error)).toEqual({
    sapi: 'fpm-fcgi',
    server: {
      REQUEST_METHOD: 'PUT',
      REQUEST_URI: '/request?a=1&b=%20x',
      QUERY_STRING: 'a=1&b=%20x',
      HTTP_HOST: new URL(container.url).host,
      SERVER_PORT: new URL(container.url).port,
      CONTENT_TYPE: 'application/json',
    },
    get: { a: '1', b: ' x' },
    body: Buffer.from([0xff, 0, 0x7b]).toString('base64'),
    context: 'PUT',
  });
});

test.skipIf(!hasImage)('an uploaded file keeps its bytes', async () => {
  const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
  const form = new FormData();
  form.set('note', 'for Zoë');
  form.set('file', new Blob([content]), 'data.bin');
  const response = await fetch(`${container.url}/upload`, { method: 'POST', body: form });
  const hash = createHash('sha256').update(content).digest('hex');
  expect(await response.text()).toBe(`data.bin ${hash} for Zoë`);
});

test.skipIf(!hasImage)('unusual statuses and headers of the application are kept', async () => {
  const { status, headers } = await fetch(`${container.url}/odd`, { redirect: 'manual' });
  expect([status, headers.get('content-type'), headers.get('location')]).toEqual([418, 'text/csv', '/']);
});

test.skipIf(!hasImage)('several requests are handled at the same time', async () => {
  expect(await (await fetch(`${container.url}/slow`)).text()).toBe('fast');
});

test.skipIf(!hasImage).each([
  ['/style.css?v=1', 200, /^text\/css/],
  ['/app.js', 200, /javascript/],
  ['/logo.png', 200, /^image\/png/],
  ['/picture', 200, /^image\/png/],
  ['/storage/receipt.txt', 200, /^text\/plain/],
  ['/missing.css', 404, /^text\/html/],
  ['/.env', 404, /^text\/html/],
  ['/other.php', 404, /^text\/html/],
  ['/OTHER.PHP', 404, /^text\/html/],
  ['/other.php/style.css', 404, /^text\/html/],
  ['/.git/config', 404, /^text\/html/],
  ['/%2e%2e/private.txt', 404, /^text\/html/],
  ['/..%2fprivate.txt', 404, /^text\/html/],
  ['/style.css%00.php', 404, /^text\/html/],
])('the response to %s has the status %d and the type %s', async (path, status, type) => {
  const response = await fetch(container.url + path);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(type);
  const text = await response.text();
  for (const hidden of ['hidden', 'secret source', 'private']) expect(text).not.toContain(hidden);
});

test.skipIf(!hasImage)("payloads that exceed Lambda's limit are rejected", async () => {
  const tooLong = await fetch(`${container.url}/long`);
  expect(tooLong.status).toBe(502);
  expect(await tooLong.text()).toContain('Lambda takes at most 6 MB');
  const body = 'x'.repeat(7 * 2 ** 20);
  expect((await fetch(`${container.url}/request`, { method: 'POST', body })).status).toBe(413);
});

test.skipIf(!hasImage)(
  'the log has the address and a line per request, and SIGINT ends the container',
  async () => {
    await using own = await startContainer(docker, image, application);
    await fetch(`${own.url}/fast`);
    await fetch(`${own.url}/style.css`);
    const log = await own.log();
    expect(log).toContain('Serving public/index.php and the files in public at http://localhost:8000/');
    expect(log).toMatch(/^GET \/fast 200 in \d+ ms$/m);
    expect(log).toMatch(/^GET \/style\.css 200, a file$/m);
    expect(await own.interrupt()).toBe(0);
  },
);

test.skipIf(!hasImage)('a handler and a document root can be chosen', async () => {
  const options = ['--env', 'DOCUMENT_ROOT=.'];
  await using own = await startContainer(docker, image, application, options, ['public/other.php']);
  expect(await (await fetch(own.url)).text()).toBe('secret source');
  expect(await (await fetch(`${own.url}/public/app.js`)).text()).toContain('document.title');
});

test.skipIf(!hasImage).each([
  [['--env', 'HANDLER=no.php'], '/var/task has no file no.php'],
  [['--env', 'DOCUMENT_ROOT=web'], 'DOCUMENT_ROOT must be a folder in /var/task; got "web"'],
  [['--env', 'PORT=99999'], 'If port 99999 is in use, set PORT to another one'],
])('%j is rejected with a message that names the fix', async (options, message) => {
  const refused = await runInImage(['--volume', `${application}:/var/task:ro`, ...options]);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(message);
});

test.skipIf(!hasImage)(
  'Xdebug is loaded but off, and the environment or an ini file enables it',
  async () => {
    const modes = php('echo json_encode([extension_loaded("xdebug"), xdebug_info("mode")]);');
    expect((await runInImage([], ...modes)).stdout).toBe('[true,[]]');
    expect((await runInImage(['--env', 'XDEBUG_MODE=develop'], ...modes)).stdout).toBe('[true,["develop"]]');
    const ini = join(import.meta.dirname, 'xdebug.ini');
    const mounted = ['--volume', `${ini}:/var/task/php/conf.d/xdebug.ini:ro`];
    expect((await runInImage(mounted, ...modes)).stdout).toBe('[true,["coverage"]]');
    expect(await (await fetch(`${container.url}/xdebug`)).json()).toMatchObject({ mode: [] });
  },
);

test.skipIf(!hasImage)(
  "PHP runs the file that was saved last, even if the layer's ini files set other values",
  async () => {
    const ini = join(import.meta.dirname, 'production.ini');
    const mounted = ['--volume', `${ini}:/opt/bref/etc/php/conf.d/zz-production.ini:ro`];
    const settings = php(
      'echo json_encode(array_map(ini_get(...), ["opcache.validate_timestamps", "opcache.revalidate_freq"]));',
    );
    expect((await runInImage(mounted, ...settings)).stdout).toBe('["1","0"]');
  },
);

test.skipIf(!hasImage)(
  'Xdebug connects to a debugger for the application, but not for the front',
  async () => {
    const scripts: string[] = [];
    await using debug = await listenForDebugger((script) => scripts.push(script));
    const environment = [
      'XDEBUG_MODE=debug',
      `XDEBUG_CONFIG=client_host=host.docker.internal client_port=${debug.port}`,
      'XDEBUG_TRIGGER=1',
    ].flatMap((setting) => ['--env', setting]);
    const options = ['--add-host', 'host.docker.internal:host-gateway', ...environment];
    await using own = await startContainer(docker, image, application, options);
    scripts.length = 0;
    expect(await (await fetch(`${own.url}/fast`)).text()).toBe('fast');
    expect(scripts).toEqual(['file:///var/task/public/index.php']);
  },
);

test.skipIf(!hasImage)('Composer creates an autoloader that PHP loads', async () => {
  expect((await runInImage([], 'composer', '--version')).stdout).toMatch(/^Composer version 2\.\d+\.\d+/);
  const install = [
    'cd /tmp && mkdir src',
    `echo '${JSON.stringify({ autoload: { classmap: ['src/'] } })}' > composer.json`,
    'echo "<?php namespace App; class Shop {}" > src/Shop.php',
    'composer install --quiet',
    `php -r 'require "vendor/autoload.php"; echo App\\Shop::class, " is ", class_exists("App\\\\Shop") ? "there" : "missing";'`,
  ].join(' && ');
  const made = await runInImage(['--network', 'none'], 'sh', '-c', install);
  expect([made.stdout, made.stderr]).toEqual(['App\\Shop is there', '']);
});

/**
 * Starts a debugger that lets every script run: https://xdebug.org/docs/dbgp. It listens on all addresses, because a
 * container reaches this machine only through its bridge.
 */
async function listenForDebugger(onScript: (file: string) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      const file = /fileuri="([^"]*)"/.exec(data.toString())?.[1];
      if (file !== undefined) onScript(file);
      socket.write('run -i 1\0');
    });
  }).listen(0);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? address?.port : undefined,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
