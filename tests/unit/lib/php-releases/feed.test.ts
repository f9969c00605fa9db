import { expect, test } from 'vitest';
import { listNewer, readPhpReleases } from '#lib/php-releases/feed.ts';

const release = (version: string, tags: readonly string[] = []) => ({
  date: '24 Sep 2026',
  tags,
  source: [{ filename: `php-${version}.tar.xz`, sha256: 'a'.repeat(64) }],
});

function read(json: unknown, branch = '8.3') {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  return readPhpReleases(branch, 'https://php.example', async (url) => {
    expect(url).toBe('https://php.example/releases/index.php?json&max=100&version=8');
    return text;
  });
}

test('lists the releases of a branch in order, with their days, and says which ones fix security bugs', async () => {
  const releases = await read({
    '8.4.2': release('8.4.2'),
    '8.3.10': release('8.3.10', ['security']),
    '8.3.9': release('8.3.9'),
  });
  expect(releases.map(({ version, date, isSecurity }) => [version, date, isSecurity])).toEqual([
    ['8.3.9', '2026-09-24', false],
    ['8.3.10', '2026-09-24', true],
  ]);
  expect(listNewer('8.3.9', releases)).toEqual([{ version: '8.3.10', date: '2026-09-24', isSecurity: true }]);
  expect(listNewer('8.3.10', releases)).toEqual([]);
  expect(listNewer('8.3.9RC1', releases).map(({ version }) => version)).toEqual(['8.3.9', '8.3.10']);
});

test.each([
  ['a page that is not JSON', '<html>', 'did not return JSON.'],
  ['an unknown version', { error: 'Unknown version' }, 'announces no release of PHP 8.3.'],
  // Without this rule, a changed format would look like a list without security releases.
  ['a release without tags', { '8.3.9': { ...release('8.3.9'), tags: undefined } }, 'has no list "tags"'],
  ['a release without a date', { '8.3.9': { ...release('8.3.9'), date: 'soon' } }, 'got "soon".'],
])('rejects %s and names the URL', async (_case, json, message) => {
  await expect(read(json)).rejects.toThrow(message);
  await expect(read(json)).rejects.toThrow('https://php.example/releases/index.php');
});
