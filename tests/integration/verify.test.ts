import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installMoto, type Moto, motoEnvironment, startMoto } from '#lib/dev-tools/moto.ts';
import { createRun } from '#lib/node/command.ts';
import { runBundle } from '../fixtures/run-bundle.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { serve } from '../stand-ins/file-server.ts';
import { createLambdaClient } from '../stand-ins/lambda-client.ts';

const script = resolve(import.meta.dirname, '../../tools/verify/main.ts');

interface Verdict {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function verify(folder: string, args: readonly string[], environment = {}): Promise<Verdict> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk: Buffer) => {
      output[stream] += chunk.toString();
    });
  }
  return new Promise((done) => child.on('close', (code) => done({ exitCode: code ?? -1, ...output })));
}

/** Packages `<folder>/tree` with the bundle and returns the path of `<folder>/output/layer.zip`. */
async function makeLayer(folder: string): Promise<string> {
  await mkdir(join(folder, 'tree/etc'), { recursive: true });
  await writeFile(join(folder, 'tree/bootstrap'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'tree/etc/layer.ini'), 'value=1\n'.repeat(100), { mode: 0o644 });
  const inputs = { path: join(folder, 'tree'), name: 'layer', cpu: 'any' };
  const run = await runBundle({ action: 'package-layer', folder, inputs });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  return run.outputs.zip ?? '';
}

describe('a zip', () => {
  test('with the bytes built here passes', async () => {
    await using folder = await temporaryFolder();
    const zip = await makeLayer(folder.path);
    const copy = join(folder.path, 'downloaded.zip');
    await writeFile(copy, await readFile(zip));
    expect(await verify(folder.path, [copy, '--layer', 'layer'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^Same: .*downloaded\.zip has the same bytes as layer built here, CodeSha256 .{44}\.\n$/,
      ),
    });
  });

  test('of another tool with the same files has other bytes and the same content', async () => {
    await using folder = await temporaryFolder();
    await makeLayer(folder.path);
    const zip = join(folder.path, 'layer.zip');
    execFileSync('zip', ['-qr', '--symlinks', zip, '.'], { cwd: join(folder.path, 'tree') });
    const { exitCode, stdout } = await verify(folder.path, [zip]);
    expect(stdout).toContain('Other bytes, same content');
    expect(stdout).toContain('The level here is best');
    expect(exitCode).toBe(1);
  });

  test('with other files fails and lists each difference', async () => {
    await using folder = await temporaryFolder();
    await makeLayer(folder.path);
    const tree = join(folder.path, 'tree');
    await writeFile(join(tree, 'etc/layer.ini'), 'value=2\n');
    await writeFile(join(tree, 'etc/more.ini'), 'value=2\n', { mode: 0o644 });
    const zip = join(folder.path, 'layer.zip');
    execFileSync('zip', ['-qr', '--symlinks', zip, '.'], { cwd: tree });
    const { exitCode, stdout } = await verify(folder.path, [zip]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('differs from layer built here at 2 paths; layer has 2 files');
    expect(stdout).toMatch(/ {2}changed {2}etc\/layer\.ini: 800 -> 8 bytes, SHA-256 \w{64} -> \w{64}/);
    expect(stdout).toContain('  added    etc/more.ini: file of 8 bytes, mode 0644');
  });
});

test.each([
  ['no argument', [], ''],
  ['two zips', ['a.zip', 'b.zip'], ''],
  ['a missing zip', ['a.zip'], 'a.zip cannot be read. Name a zip, or the ARN of a layer version.'],
  ['the ARN of another resource', ['arn:aws:s3:::a'], '"arn:aws:s3:::a" must be the ARN of a layer version'],
  ['an unknown level', [script, '--rebuild', '--level', '9'], '--level must be one of fast, best; got "9".'],
  ['a layer that was not built here', [script], 'output has no main.ts.manifest.json to compare with'],
])('rejects %s', async (_, args, message) => {
  await using folder = await temporaryFolder();
  const { exitCode, stderr } = await verify(folder.path, args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

describe('a published layer version', () => {
  const region = 'eu-west-3';
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto(await installMoto(createRun(silentLogger())));
  });
  afterAll(() => moto[Symbol.asyncDispose]());

  async function publish(zip: string): Promise<string> {
    const lambda = createLambdaClient(moto.url, region);
    const content = { ZipFile: await readFile(zip) };
    const response = await lambda.send(
      new PublishLayerVersionCommand({ LayerName: 'layer', Content: content }),
    );
    return response.LayerVersionArn ?? '';
  }

  /** Serves moto's API with the content of layer versions, which moto lacks. */
  function serveContent(zip: string) {
    return serve(async (request, response) => {
      if (request.url === '/content') {
        response.end(await readFile(zip));
        return;
      }
      const answer = await fetch(new URL(request.url ?? '', moto.url), {
        headers: { ...headersOf(request) },
      });
      const text = (await answer.text()).replace('"s3://"', `"http://${request.headers.host}/content"`);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    });
  }

  test('with the bytes built here passes', async () => {
    await using folder = await temporaryFolder();
    const zip = await makeLayer(folder.path);
    const arn = await publish(zip);
    await using server = await serveContent(zip);
    const verdict = await verify(folder.path, [arn], motoEnvironment(server.url));
    expect(verdict).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`Same: ${arn} has the same bytes as layer built here`),
    });
  });

  test('is rejected if the download has another hash than AWS states', async () => {
    await using folder = await temporaryFolder();
    const zip = await makeLayer(folder.path);
    const arn = await publish(zip);
    await using server = await serveContent(join(folder.path, 'tree/bootstrap'));
    const { exitCode, stderr } = await verify(folder.path, [arn], motoEnvironment(server.url));
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/The downloaded zip has CodeSha256 .{44}, but AWS states .{44}/);
  });

  test('that does not exist is reported with the error of AWS', async () => {
    await using folder = await temporaryFolder();
    const arn = `arn:aws:lambda:${region}:123456789012:layer:layer:9999`;
    const { exitCode, stderr } = await verify(folder.path, [arn], motoEnvironment(moto.url));
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/GetLayerVersion of arn:aws:lambda:.*:9999 failed \(ResourceNotFoundException\)/);
  });
});

function headersOf(request: { readonly headers: NodeJS.Dict<string | string[]> }): Record<string, string> {
  const { authorization = '' } = request.headers;
  return { authorization: String(authorization) };
}
