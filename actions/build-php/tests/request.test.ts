import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../tests/fixtures/temporary-folder.ts';
import { makeTinySuite, tinySha256 } from '../../../tests/fixtures/tiny-suite.ts';
import type { Inputs } from '../src/inputs.ts';
import { readRequest } from '../src/request.ts';
import { requestIn } from './request-fixture.ts';

/** A suite with the version 99, which compiles the extension "geospatial" from PECL. */
async function suiteWithExtension() {
  const folder = await temporaryFolder();
  await makeTinySuite(folder.path, 'http://127.0.0.1:9');
  const pin = { version: '1', sha256: tinySha256, urls: ['http://127.0.0.1:9/x.tgz'], feed: 'pecl' };
  const artifacts = [
    { ...pin, name: 'geospatial' },
    { ...pin, name: 'xdebug', use: 'dev-image' },
  ];
  await writeFile(join(folder.path, 'php-99/sources.json'), JSON.stringify({ artifacts }));
  const read = (inputs: Partial<Inputs>) =>
    readRequest(requestIn(folder.path, { phpVersion: '99', cpu: 'x86', ...inputs }).inputs, folder.path);
  return { path: folder.path, read, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test("completes the inputs with the version's folder and sources", async () => {
  await using suite = await suiteWithExtension();
  const request = await suite.read({});
  expect(request).toMatchObject({
    versionFolder: join(suite.path, 'php-99'),
    workFolder: join(suite.path, '.build-99-x86'),
    suiteVersion: '1.2.3',
  });
  expect(request.artifacts.map(({ name }) => name)).toEqual(['geospatial', 'xdebug']);
});

test('takes the extensions from PECL from the sources.json of the version', async () => {
  await using suite = await suiteWithExtension();
  await expect(suite.read({ extensions: ['geospatial'] })).rejects.toThrow('is in every layer already');
  await expect(suite.read({ withoutExtensions: ['geospatial'] })).resolves.toBeDefined();
  await expect(suite.read({ withoutExtensions: ['xdebug'] })).rejects.toThrow('have no extension "xdebug"');
});

test('applies the rules of PHP 8.4 to a version of the suite, but not to a folder of the user', async () => {
  await using suite = await suiteWithExtension();
  const extensions = ['imap'];
  await expect(suite.read({ extensions })).rejects.toThrow('moved to PECL in PHP 8.4');
  const folder = join(suite.path, 'my-php');
  await rename(join(suite.path, 'php-99'), folder);
  expect(await suite.read({ extensions, folder })).toMatchObject({ versionFolder: folder });
});
