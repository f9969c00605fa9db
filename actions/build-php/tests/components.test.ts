import { expect, test } from 'vitest';
import { nameSources } from '../src/components.ts';

const source = { name: 'php', version: '8.2.32', sha256: 'ab', file: '/cache/ab', use: 'layers' } as const;

test('a component that was compiled names the archive that it was compiled from', () => {
  const components = [{ name: 'php', artifact: 'php', license: 'PHP-3.01', files: ['bin/php'] }];
  const url = 'https://www.php.net/php.tar.xz';
  expect(nameSources(components, [{ ...source, url }])).toEqual([
    {
      name: 'php',
      license: 'PHP-3.01',
      files: ['bin/php'],
      source: { name: 'php', version: '8.2.32', sha256: 'ab', url },
    },
  ]);
});

test('an archive that only Debian has is named without an address', () => {
  const [component] = nameSources([{ name: 'php', artifact: 'php' }], [{ ...source, url: undefined }]);
  expect(component?.source).toEqual({ name: 'php', version: '8.2.32', sha256: 'ab' });
});

test('what the distribution built keeps the source that was named', () => {
  const component = { name: 'libcurl4', source: { name: 'curl', version: '7.88.1' } };
  expect(nameSources([component], [{ ...source, url: undefined }])).toEqual([component]);
});
