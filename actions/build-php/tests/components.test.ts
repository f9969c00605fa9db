import { expect, test } from 'vitest';
import { addSources } from '../src/components.ts';

const source = { name: 'php', version: '8.2.32', sha256: 'ab', file: '/cache/ab', use: 'layers' } as const;

test('adds the archive that a component was compiled from', () => {
  const components = [{ name: 'php', artifact: 'php', license: 'PHP-3.01', files: ['bin/php'] }];
  const url = 'https://www.php.net/php.tar.xz';
  expect(addSources(components, [{ ...source, url }])).toEqual([
    {
      name: 'php',
      license: 'PHP-3.01',
      files: ['bin/php'],
      source: { name: 'php', version: '8.2.32', sha256: 'ab', url },
    },
  ]);
});

test('adds no address for an archive that only Debian has', () => {
  const [component] = addSources([{ name: 'php', artifact: 'php' }], [{ ...source, url: undefined }]);
  expect(component?.source).toEqual({ name: 'php', version: '8.2.32', sha256: 'ab' });
});

test("keeps the source of a distribution's package", () => {
  const component = { name: 'libcurl4', source: { name: 'curl', version: '7.88.1' } };
  expect(addSources([component], [{ ...source, url: undefined }])).toEqual([component]);
});
