import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, noBrowser, openPage } from '../../fixtures/browser.ts';
import { makeSite } from './site.ts';

let browser: Browser | undefined;
let site: Awaited<ReturnType<typeof makeSite>>;

beforeAll(async () => {
  browser = await launchBrowser();
  if (browser !== undefined) site = await makeSite();
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});
beforeEach(({ skip }) => skip(browser === undefined, noBrowser));

/** WCAG 2.2 up to level AA, and axe's best practices. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function examine(page: Page): Promise<AxeResults> {
  await page.evaluate(axe.source);
  return page.evaluate<AxeResults>(`axe.run({ runOnly: ${JSON.stringify(rules)} })`);
}

/** Lists violations by rule and element. */
function listViolations({ violations }: AxeResults): readonly string[] {
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`),
  );
}

function open(hash: string, colorScheme: 'light' | 'dark', viewport = { width: 1280, height: 900 }) {
  if (browser === undefined) throw new Error(noBrowser);
  return openPage(browser, `${site.url}/${hash}`, { colorScheme, viewport });
}

const states = [
  ['a layer', '#php=8.2&kind=fpm'],
  ['a layer on a lower layer', '#php=8.2&kind=console'],
  ['an unpublished layer', '#php=8.4&kind=function&cpu=arm&region=us-east-1'],
  ['a layer without a manifest', '#php=8.4&kind=fpm&cpu=arm'],
] as const;

test.each(
  states.flatMap(([state, hash]) =>
    (['light', 'dark'] as const).map((scheme) => [state, hash, scheme] as const),
  ),
)('%s (%s) is accessible in %s mode', async (_state, hash, scheme) => {
  await using opened = await open(hash, scheme);
  const results = await examine(opened.page);
  expect(listViolations(results)).toEqual([]);
  // axe measured the contrast of many texts, and left none undecided.
  const contrast = ({ id }: { readonly id: string }) => id === 'color-contrast';
  expect(results.passes.find(contrast)?.nodes.length).toBeGreaterThan(50);
  expect(results.incomplete.find(contrast)?.nodes.map(({ target }) => target) ?? []).toEqual([]);
});

test.each(['light', 'dark'] as const)('the layout for phones is accessible in %s mode', async (scheme) => {
  await using opened = await open('#php=8.2&kind=console', scheme, { width: 390, height: 844 });
  expect(listViolations(await examine(opened.page))).toEqual([]);
});

test('the dark page is dark, and the light page is light', async () => {
  const brightness = async (scheme: 'light' | 'dark') => {
    await using opened = await open('', scheme);
    const color = await opened.page.evaluate<string>(
      'getComputedStyle(document.documentElement).backgroundColor',
    );
    return Math.max(...[...color.matchAll(/\d+/g)].map(Number));
  };
  expect(await brightness('dark')).toBeLessThan(60);
  expect(await brightness('light')).toBeGreaterThan(200);
});

test('text with too little contrast is a violation', async () => {
  await using opened = await open('', 'light');
  await opened.page.evaluate("document.querySelector('h1').style.color = '#999'");
  expect(listViolations(await examine(opened.page)).join()).toContain('color-contrast at h1');
});
