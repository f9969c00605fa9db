import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Stopped } from '#lib/node/signals.ts';
import type { DebianArchive } from '#lib/sources/debian-source.ts';
import { download } from '#lib/sources/download.ts';
import { fetchSources } from '#lib/sources/fetch.ts';
import type { Artifact } from '#lib/sources/sources.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { serve } from '../../../stand-ins/file-server.ts';

const content = Buffer.from('the source of PHP');
const sha256 = createHash('sha256').update(content).digest('hex');
const limits = { attempts: 3, stallMs: 300, totalMs: 60_000, pauseMs: 1 };

const noDebian: DebianArchive = {
  locate: async () => {
    throw new Error('not Debian');
  },
  [Symbol.asyncDispose]: async () => {},
};

function artifact(urls: readonly string[], more: Partial<Artifact> = {}): Artifact {
  return {
    name: 'php',
    version: '8.2.32',
    sha256,
    urls,
    feed: undefined,
    substitutes: [],
    use: 'layers',
    isOptional: false,
    ...more,
  };
}

function fetchInto(
  folder: string,
  artifacts: readonly Artifact[],
  debian = noDebian,
  downloadLimits = limits,
  signal?: AbortSignal,
) {
  const log = silentLogger();
  return fetchSources(artifacts, folder, {
    debian,
    log,
    download: (url, path) => download(url, path, log, downloadLimits, signal),
  });
}

test('fetches an archive once, verifies it, and keeps it under its hash', async () => {
  await using folder = await temporaryFolder();
  let requests = 0;
  await using server = await serve((_request, response) => {
    requests++;
    response.end(content);
  });
  const artifacts = [artifact([`${server.url}/php.tar.xz`])];
  await fetchInto(folder.path, artifacts);
  const [source] = await fetchInto(folder.path, artifacts);
  expect(requests).toBe(1);
  expect(source).toEqual({
    name: 'php',
    version: '8.2.32',
    sha256,
    url: `${server.url}/php.tar.xz`,
    file: join(folder.path, sha256),
    use: 'layers',
  });
  expect(await readFile(join(folder.path, sha256))).toEqual(content);
});

test('stops with both hashes and removes everything if a URL delivers other bytes', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end('something else'));
  const found = createHash('sha256').update('something else').digest('hex');
  // The right bytes of a second URL must not hide the wrong bytes of the first.
  await using honest = await serve((_request, response) => response.end(content));
  const work = fetchInto(folder.path, [artifact([`${server.url}/php.tar.xz`, honest.url])]);
  await expect(work).rejects.toThrow(`expected SHA-256 ${sha256}, found ${found}`);
  expect(await readdir(folder.path)).toEqual([]);
});

test('fetches a kept archive again if its bytes have changed', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(content));
  await writeFile(join(folder.path, sha256), 'tampered');
  await fetchInto(folder.path, [artifact([server.url])]);
  expect(await readFile(join(folder.path, sha256))).toEqual(content);
});

test('tries the next URL if one fails', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((request, response) => {
    response.statusCode = request.url === '/gone' ? 404 : 200;
    response.end(request.url === '/gone' ? 'no' : content);
  });
  const [source] = await fetchInto(folder.path, [artifact([`${server.url}/gone`, `${server.url}/here`])]);
  expect(source?.sha256).toBe(sha256);
});

test('resumes an interrupted download', async () => {
  await using folder = await temporaryFolder();
  const ranges: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    ranges.push(request.headers.range);
    if (request.headers.range === undefined) {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 7));
      // Wait until the bytes are written. Bytes that were not received cannot be resumed.
      setTimeout(() => response.destroy(), 100);
      return;
    }
    response.writeHead(206, { 'content-length': content.length - 7 });
    response.end(content.subarray(7));
  });
  await fetchInto(folder.path, [artifact([server.url])]);
  expect(ranges).toEqual([undefined, 'bytes=7-']);
  expect(await readFile(join(folder.path, sha256))).toEqual(content);
});

test('gives up on a stalled server and names its URL', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve(() => {});
  await expect(fetchInto(folder.path, [artifact([server.url])])).rejects.toThrow(
    new RegExp(
      `php 8.2.32 cannot be downloaded from any source:[\\s\\S]*${server.url} cannot be downloaded[\\s\\S]*The server sent no byte for 0.3 s`,
    ),
  );
});

test('gives up on an endless response after the total limit', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const work = fetchInto(folder.path, [artifact([server.url])], noDebian, {
    ...limits,
    attempts: 1,
    totalMs: 500,
  });
  await expect(work).rejects.toThrow('cannot be downloaded');
});

test('downloads the whole file again if the part of an earlier download was wrong', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, `${sha256}.part`), 'wrong!!');
  await using server = await serve((request, response) => {
    const start = Number(/bytes=(\d+)/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.statusCode = start > 0 ? 206 : 200;
    response.end(content.subarray(start));
  });
  await fetchInto(folder.path, [artifact([server.url])]);
  expect(await readFile(join(folder.path, sha256))).toEqual(content);
});

test('asks Debian if no URL works', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(content));
  const debian = { ...noDebian, locate: async () => server.url };
  const origin = { suite: 'bookworm', source: 'php8.2', file: 'php.orig.tar.xz' };
  const [source] = await fetchInto(folder.path, [artifact([], { debian: origin })], debian);
  expect(source?.sha256).toBe(sha256);
});

test('uses a substitute if the pinned release cannot be downloaded, and returns its version', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((request, response) => {
    response.statusCode = request.url === '/gone' ? 404 : 200;
    response.end(request.url === '/gone' ? '' : content);
  });
  const pinned = artifact([`${server.url}/gone`], {
    sha256: 'b'.repeat(64),
    substitutes: [{ version: '8.2.33', sha256, urls: [server.url] }],
  });
  const [source] = await fetchInto(folder.path, [pinned]);
  expect(source).toMatchObject({ version: '8.2.33', sha256 });
});

test('prefers the pinned release to a substitute that an earlier build left in the folder', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(content));
  const earlier = Buffer.from('an older PHP, which has a security bug');
  const substitute = { version: '8.2.31', sha256: createHash('sha256').update(earlier).digest('hex') };
  await writeFile(join(folder.path, substitute.sha256), earlier);
  const pinned = artifact([server.url], { substitutes: [{ ...substitute, urls: [`${server.url}/old`] }] });
  const [source] = await fetchInto(folder.path, [pinned]);
  expect(source).toMatchObject({ version: '8.2.32', sha256 });
});

test('uses a kept substitute without a download, with a warning, if the pinned release cannot be downloaded', async () => {
  await using folder = await temporaryFolder();
  const requests: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    requests.push(request.url);
    response.writeHead(404).end();
  });
  await writeFile(join(folder.path, sha256), content);
  const pinned = artifact([`${server.url}/gone`], {
    sha256: 'b'.repeat(64),
    substitutes: [{ version: '8.2.31', sha256, urls: [`${server.url}/old`] }],
  });
  const warnings: string[] = [];
  const log = { ...silentLogger(), warning: (message: string) => warnings.push(message) };
  const [source] = await fetchSources([pinned], folder.path, {
    debian: noDebian,
    log,
    download: (url, path) => download(url, path, log, limits),
  });
  expect(source).toMatchObject({ version: '8.2.31', sha256 });
  expect(requests).toEqual(['/gone']);
  expect(warnings).toEqual(['php 8.2.32 cannot be downloaded, so 8.2.31 is built instead.']);
});

test('leaves out an optional archive if it cannot be downloaded, but not if its bytes are wrong', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((request, response) => {
    if (request.url === '/wrong.phar') response.end('something else');
    else response.writeHead(404).end();
  });
  const composer = { name: 'composer', use: 'dev-image', isOptional: true } as const;
  const missing = artifact([`${server.url}/composer.phar`], composer);
  expect(await fetchInto(folder.path, [missing])).toEqual([]);
  const wrong = artifact([`${server.url}/wrong.phar`], composer);
  await expect(fetchInto(folder.path, [wrong])).rejects.toThrow('is not the composer that sources.json pins');
});

test.each([
  ['before the first byte', () => {}],
  ['in the middle of the file', (response: ServerResponse) => response.write(content.subarray(0, 7))],
  ['between two attempts', (response: ServerResponse) => response.writeHead(503).end()],
])('stops %s without another request and removes the part', async (_when, respond) => {
  await using folder = await temporaryFolder();
  const stop = new AbortController();
  let requests = 0;
  await using server = await serve((_request, response) => {
    requests++;
    respond(response);
    setTimeout(() => stop.abort(new Stopped('SIGINT')), 200);
  });
  const longLimits = { attempts: 3, stallMs: 60_000, totalMs: 60_000, pauseMs: 60_000 };
  const artifacts = [artifact([server.url, `${server.url}/mirror`])];
  await expect(fetchInto(folder.path, artifacts, noDebian, longLimits, stop.signal)).rejects.toThrow(
    'Stopped by SIGINT.',
  );
  expect(requests).toBe(1);
  expect(await readdir(folder.path)).toEqual([]);
});
