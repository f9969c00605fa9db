import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adaptExtension, replaceText } from '../../binaries/rewrite-binary.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const number = (value: number) => Buffer.from(Uint32Array.of(value).buffer);

test('the text and the number of the interface change', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'posix.so');
  await writeFile(path, Buffer.concat([Buffer.from('API20220829,NTS\0'), number(20220829)]));
  await adaptExtension(path, '20220829', '20230831');
  const expected = Buffer.concat([Buffer.from('API20230831,NTS\0'), number(20230831)]);
  expect(await readFile(path)).toEqual(expected);
});

test.each([
  ['the text', Buffer.from('API20220829,NTS')],
  ['the number', number(20220829)],
  ['everything', Buffer.from('API20210902,NTS')],
])(
  'an extension that has only %s of another interface is rejected, and stays unchanged',
  async (_, bytes) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'posix.so');
    await writeFile(path, bytes);
    await expect(adaptExtension(path, '20220829', '20230831')).rejects.toThrow(
      `${path} was not compiled for version 20220829 of PHP's interface. Correct "adapted" in the pins.`,
    );
    expect(await readFile(path)).toEqual(bytes);
  },
);

test('every copy of a text is replaced', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'php');
  await writeFile(path, '/usr/a /usr/b');
  await replaceText(path, '/usr', '/opt');
  expect(await readFile(path, 'utf8')).toBe('/opt/a /opt/b');
  await expect(replaceText(path, '/opt', '/root')).rejects.toThrow(
    '"/root" must be as long as "/opt", which it replaces in a program.',
  );
});
