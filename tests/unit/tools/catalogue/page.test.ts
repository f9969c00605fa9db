import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readAssets } from '../../../../tools/catalogue/assets.ts';
import { readDifferences } from '../../../../tools/catalogue/data/differences.ts';
import type { CatalogueLayer } from '../../../../tools/catalogue/data/layers.ts';
import { readLoadedExtensions } from '../../../../tools/catalogue/data/loaded-extensions.ts';
import { readSupport } from '../../../../tools/catalogue/data/support.ts';
import { formatSize } from '../../../../tools/catalogue/page/format.ts';
import { html } from '../../../../tools/catalogue/page/html.ts';
import { formatArn } from '../../../../tools/catalogue/page/layer-section.ts';
import { renderInline } from '../../../../tools/catalogue/page/markdown.ts';
import { renderPage } from '../../../../tools/catalogue/page/page.ts';
import { listPicks } from '../../../../tools/catalogue/page/picker.ts';
import { makeCatalogueLayer, regions } from './fixture.ts';

const shared = {
  account: '123456789012',
  support: await readSupport('.'),
  differences: await readDifferences('docs'),
  loaded: await readLoadedExtensions('.'),
  assets: await readAssets(),
};
const render = (...layers: readonly CatalogueLayer[]) => renderPage({ ...shared, layers });

test('a template escapes every value except HTML', () => {
  const hostile = `<script>alert("1")</script> & 'more'`;
  expect(
    html`<p title="${hostile}">${hostile}${html`<b>${7}</b>`}${[html`<i>`, html`</i>`]}</p>`.markup,
  ).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;<b>7</b><i></i></p>',
  );
});

test.each([
  ['plain <b>', 'plain &lt;b&gt;'],
  ['`a<b>` and `c`', '<code>a&lt;b&gt;</code> and <code>c</code>'],
  ['see [here](https://example.org/?a&b).', 'see <a href="https://example.org/?a&amp;b">here</a>.'],
  ['see [there](performance.md)', 'see there'],
  ['[x](javascript:alert)', 'x'],
])('renders the Markdown %j as %s', (markdown, expected) => {
  expect(renderInline(markdown).markup).toBe(expected);
});

test.each([
  [282, '282 bytes'],
  [29_698_889, '28.3 MiB'],
  [262_144_000, '250.0 MiB'],
])('formats %d bytes as %s', (bytes, expected) => {
  expect(formatSize(bytes)).toBe(expected);
});

test('an ARN contains the partition of its region', () => {
  const published = { region: 'cn-north-1', partition: 'aws-cn', version: 3 };
  expect(formatArn('php-82', '123456789012', published)).toBe(
    'arn:aws-cn:lambda:cn-north-1:123456789012:layer:php-82:3',
  );
});

test('sorts options: new PHP versions and known kinds first, regions by name', () => {
  const names = ['php-82', 'php-810-fpm', 'tool', 'console', 'arm-php-84'];
  expect(listPicks(names.map((name) => makeCatalogueLayer(name)))).toEqual({
    php: ['8.10', '8.4', '8.2'],
    kinds: ['function', 'fpm', 'console', 'tool'],
    cpus: ['x86', 'arm'],
    regions: regions.toSorted(),
  });
});

test('a page with eight layers in 22 regions is smaller than 100 KB', () => {
  const names = ['82', '84'].flatMap((php) =>
    ['php-', 'arm-php-'].flatMap((prefix) => [`${prefix}${php}`, `${prefix}${php}-fpm`]),
  );
  const page = render(...names.map((name) => makeCatalogueLayer(name)));
  expect(page.match(/<tr data-region/g)).toHaveLength(8 * 22);
  expect(Buffer.byteLength(page)).toBeLessThan(100_000);
});

test('the same content gives the same bytes', async () => {
  const layer = makeCatalogueLayer('php-82');
  expect(renderPage({ ...shared, assets: await readAssets(), layers: [layer] })).toBe(render(layer));
});

test('the policy allows only the style and the script of the page', () => {
  const page = render(makeCatalogueLayer('php-82'));
  const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
  const hash = (tag: string) => {
    const [, content = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page) ?? [];
    return `&#39;sha256-${createHash('sha256').update(content).digest('base64')}&#39;`;
  };
  expect(policy).toContain('default-src &#39;none&#39;');
  expect(policy).toContain(`script-src ${hash('script')};`);
  expect(policy).toContain(`style-src ${hash('style')};`);
  expect(policy).not.toContain('unsafe');
  expect(page).not.toMatch(/ style="| on\w+="/);
});

test('text from manifests and SBOMs cannot become markup', () => {
  const hostile = '"><script>alert(1)</script>';
  const page = render(
    makeCatalogueLayer('php-82', {
      php: hostile,
      baseOs: hostile,
      codeSha256: hostile,
      extensions: { static: [hostile], shared: [hostile] },
      libraries: [{ name: hostile, version: hostile }],
    }),
  );
  expect(page).not.toContain(hostile);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page.match(/&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;/g)).toHaveLength(7);
});

test('a layer without a manifest has ARNs, and a note that its contents are unknown', () => {
  const page = render({ ...makeCatalogueLayer('php-82'), content: undefined });
  expect(page).toContain('The contents of this layer are unknown because its manifest is missing.');
  expect(page).toContain('arn:aws:lambda:eu-west-3:123456789012:layer:php-82:7');
});
