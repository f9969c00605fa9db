import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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

test('rejects a version of the suite without support dates, but not a folder of the user', async () => {
  await using suite = await suiteWithExtension();
  await rm(join(suite.path, 'php-99/support.json'));
  await expect(suite.read({})).rejects.toThrow(
    `${join(suite.path, 'php-99/support.json')} is missing. Each PHP version states until when it is supported`,
  );
  await expect(suite.read({ folder: join(suite.path, 'php-99') })).resolves.toBeDefined();
});

describe('the version of PHP that sources.json pins', () => {
  /** Reads the request for the folder php-87, or for `folder`, with these releases of PHP in its sources.json. */
  async function readWith(versions: readonly string[], inputs: Partial<Inputs> = {}) {
    await using suite = await suiteWithExtension();
    const [pinned, ...substitutes] = versions.map((version) => ({
      version,
      sha256: tinySha256,
      urls: ['http://127.0.0.1:9/php.tar'],
    }));
    await rename(join(suite.path, 'php-99'), join(suite.path, 'php-87'));
    await writeFile(
      join(suite.path, 'php-87/sources.json'),
      JSON.stringify({ artifacts: [{ ...pinned, name: 'php', substitutes }] }),
    );
    const folder = inputs.folder === undefined ? {} : { folder: join(suite.path, inputs.folder) };
    return await suite.read({ phpVersion: '87', ...folder });
  }

  test.each([['8.7.0'], ['8.7.12', '8.7.11'], ['8.7.0RC1']])(
    'may be %s in the folder php-87',
    async (...versions) => {
      await expect(readWith(versions)).resolves.toBeDefined();
    },
  );

  test.each([
    ['8.2.32', ['8.2.32']],
    ['8.70.1', ['8.70.1']],
    ['8.6.4', ['8.7.0', '8.6.4']],
  ])('must not be %s in the folder php-87', async (wrong, versions) => {
    await expect(readWith(versions)).rejects.toThrow(
      `php-87/sources.json pins PHP ${wrong}, but the folder is for PHP 8.7. ` +
        'Run `npm run upgrade -- php-87`, or correct the version.',
    );
  });

  test('may be any version in a folder of the user', async () => {
    await expect(readWith(['8.2.32'], { folder: 'php-87' })).resolves.toBeDefined();
  });
});
