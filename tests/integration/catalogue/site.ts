import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { runBundle } from '../../fixtures/run-bundle.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { serve } from '../../stand-ins/file-server.ts';
import { regions, writeManifests } from '../../unit/tools/catalogue/fixture.ts';

const script = resolve(import.meta.dirname, '../../../tools/catalogue/main.ts');

export interface CatalogueRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run catalogue`. */
export async function runCatalogue(args: readonly string[]): Promise<CatalogueRun> {
  try {
    const { GITHUB_ACTIONS: _actions, ...env } = process.env;
    return { exitCode: 0, ...(await promisify(execFile)(process.execPath, [script, ...args], { env })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  }
}

/** The part of build-php's metadata that the page uses. */
const metadata = {
  php: '8.2.32',
  base: 'al2023',
  components: [
    {
      name: 'libkrb5-3',
      version: '1.20.1-2',
      type: 'library',
      files: ['lib/libkrb5.so.3'],
      source: { name: 'krb5', version: '1.20.1' },
    },
  ],
  facts: { extensions: { static: ['curl', 'json'], shared: ['intl', 'opcache'] } },
};

/** Packages a small tree as `php-82`. */
async function packageLayer(folder: string, output: string): Promise<void> {
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'lib'), { recursive: true });
  await writeFile(join(tree, 'lib/libkrb5.so.3'), 'Not a real library.\n', { mode: 0o755 });
  await writeFile(join(folder, 'tree.metadata.json'), JSON.stringify(metadata));
  const inputs = { path: tree, name: 'php-82', cpu: 'x86', output };
  expect(await runBundle({ action: 'package-layer', folder, inputs })).toMatchObject({ exitCode: 0 });
}

export const account = '123456789012';

/** A layer whose name is wider than a phone. */
export const longName = 'a_tool_that_is_named_after_everything_that_it_does_and_some_more';

/**
 * Serves the page over HTTP. It has ten layers: package-layer packaged one of them, one has no manifest, and one is in a
 * single region.
 */
export async function makeSite(): Promise<
  AsyncDisposable & { readonly url: string; readonly requests: string[] }
> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder()).path;
  const manifests = join(folder, 'manifests');
  await packageLayer(folder, manifests);
  const names = [
    'php-82-fpm',
    'arm-php-82',
    'arm-php-82-fpm',
    'php-84',
    'php-84-fpm',
    'arm-php-84',
    'console',
    longName,
  ];
  await writeManifests(manifests, names);
  const everywhere = Object.fromEntries(regions.map((region) => [region, 7]));
  const versions = {
    ...Object.fromEntries(['php-82', ...names, 'arm-php-84-fpm'].map((name) => [name, everywhere])),
    'arm-php-84': { 'eu-west-3': '2' },
  };
  const file = join(folder, 'versions.json');
  await writeFile(file, JSON.stringify(versions));
  const site = join(folder, 'site');
  expect(
    await runCatalogue([
      '--versions',
      file,
      '--manifests',
      manifests,
      '--account',
      account,
      '--output',
      site,
    ]),
  ).toMatchObject({ exitCode: 0, stderr: '' });
  const page = await readFile(join(site, 'index.html'));
  const requests: string[] = [];
  const { url } = resources.use(
    await serve((request, response) => {
      requests.push(request.url ?? '');
      response.setHeader('content-type', 'text/html').end(page);
    }),
  );
  const kept = resources.move();
  return { url, requests, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
