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
import { serve } from '../../../helpers/file-server.ts';
import { silentLogger } from '../../../helpers/silent-logger.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

const content = Buffer.from('the source of PHP');
const sha256 = createHash('sha256').update(content).digest('hex');
const limits = { attempts: 3, stall: 300, total: 60_000, pause: 1 };

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
  within = limits,
  signal?: AbortSignal,
) {
  const log = silentLogger();
  return fetchSources(artifacts, folder, {
    debian,
    log,
    download: (url, path) => download(url, path, log, within, signal),
  });
}

test('an archive is fetched once, verified, and kept under its hash', async () => {
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

test('a tampered archive stops the build, naming both hashes, and leaves nothing', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end('something else'));
  const found = createHash('sha256').update('something else').digest('hex');
  // A second address with the right bytes must not hide that the first one lies.
  await using honest = await serve((_request, response) => response.end(content));
  const work = fetchInto(folder.path, [artifact([`${server.url}/php.tar.xz`, honest.url])]);
  await expect(work).rejects.toThrow(`expected SHA-256 ${sha256}, found ${found}`);
  expect(await readdir(folder.path)).toEqual([]);
});

test('a kept archive that was tampered with is fetched again', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(content));
  await writeFile(join(folder.path, sha256), 'rotten');
  await fetchInto(folder.path, [artifact([server.url])]);
  expect(await readFile(join(folder.path, sha256))).toEqual(content);
});

test('an address that does not answer is followed by the next', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((request, response) => {
    response.statusCode = request.url === '/gone' ? 404 : 200;
    response.end(request.url === '/gone' ? 'no' : content);
  });
  const [source] = await fetchInto(folder.path, [artifact([`${server.url}/gone`, `${server.url}/here`])]);
  expect(source?.sha256).toBe(sha256);
});

test('a download that breaks off goes on where it was', async () => {
  await using folder = await temporaryFolder();
  const ranges: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    ranges.push(request.headers.range);
    if (request.headers.range === undefined) {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 7));
      // Late enough for the bytes to be written: what was not received cannot be resumed.
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

test('a server that stalls is given up after the limit, with its address named', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve(() => {});
  await expect(fetchInto(folder.path, [artifact([server.url])])).rejects.toThrow(
    new RegExp(
      `The source of php 8.2.32 cannot be had:[\\s\\S]*${server.url} cannot be downloaded[\\s\\S]*No byte came for 0.3 s`,
    ),
  );
});

test('a server that drips for ever is given up after the total limit', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const work = fetchInto(folder.path, [artifact([server.url])], noDebian, {
    ...limits,
    attempts: 1,
    total: 500,
  });
  await expect(work).rejects.toThrow('cannot be downloaded');
});

test('a rotten part of an earlier download is not held against the address', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, `${sha256}.part`), 'rotten!');
  await using server = await serve((request, response) => {
    const start = Number(/bytes=(\d+)/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.statusCode = start > 0 ? 206 : 200;
    response.end(content.subarray(start));
  });
  await fetchInto(folder.path, [artifact([server.url])]);
  expect(await readFile(join(folder.path, sha256))).toEqual(content);
});

test('Debian is asked where no address answers', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(content));
  const debian = { ...noDebian, locate: async () => server.url };
  const origin = { suite: 'bookworm', source: 'php8.2', file: 'php.orig.tar.xz' };
  const [source] = await fetchInto(folder.path, [artifact([], { debian: origin })], debian);
  expect(source?.sha256).toBe(sha256);
});

test('a substitute is used where the pinned release cannot be had, and is named as what it is', async () => {
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

test('an optional archive is left out where it cannot be had, but never for one of other bytes', async () => {
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
  ['before a byte comes', () => {}],
  ['in the middle of the bytes', (response: ServerResponse) => response.write(content.subarray(0, 7))],
  ['between two attempts', (response: ServerResponse) => response.writeHead(503).end()],
])('stopped %s, it ends at once, asks nobody else and leaves no part', async (_when, answer) => {
  await using folder = await temporaryFolder();
  const stop = new AbortController();
  let requests = 0;
  await using server = await serve((_request, response) => {
    requests++;
    answer(response);
    setTimeout(() => stop.abort(new Stopped('SIGINT')), 200);
  });
  const patient = { attempts: 3, stall: 60_000, total: 60_000, pause: 60_000 };
  const artifacts = [artifact([server.url, `${server.url}/mirror`])];
  await expect(fetchInto(folder.path, artifacts, noDebian, patient, stop.signal)).rejects.toThrow(
    'Stopped by SIGINT.',
  );
  expect(requests).toBe(1);
  expect(await readdir(folder.path)).toEqual([]);
});
