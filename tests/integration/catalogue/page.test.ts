import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, noBrowser, openPage } from '../../fixtures/browser.ts';
import { longName, makeSite } from './site.ts';

type Site = Awaited<ReturnType<typeof makeSite>>;

let browser: Browser | undefined;
let site: Site;

beforeAll(async () => {
  browser = await launchBrowser();
  if (browser !== undefined) site = await makeSite();
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});
beforeEach(({ skip }) => skip(browser === undefined, noBrowser));

const phone = { width: 320, height: 640 };
const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };

function open(hash = '', options: Parameters<typeof openPage>[2] = {}) {
  if (browser === undefined) throw new Error(noBrowser);
  return openPage(browser, `${site.url}/${hash}`, options);
}

const readArn = (page: Page) => page.locator('#arn').textContent();
const readClipboard = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');

test('an ARN is found and copied with the keyboard alone', async () => {
  await using opened = await open('', clipboard);
  const { page } = opened;
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('Tab', 'ArrowRight');
  expect(await page.locator(':focus').getAttribute('value')).toBe('8.2');
  await press('Tab', 'ArrowRight');
  await press('Tab', 'ArrowRight');
  await press('Tab');
  await page.keyboard.type('eu-west-3');
  expect(await readArn(page)).toBe('arn:aws:lambda:eu-west-3:123456789012:layer:arm-php-82-fpm:7');
  await press('Tab', 'Enter');
  await page.getByRole('status').getByText('Copied arn:').waitFor();
  expect(await page.locator(':focus').textContent()).toBe('Copied');
  expect(await readClipboard(page)).toBe('arn:aws:lambda:eu-west-3:123456789012:layer:arm-php-82-fpm:7');
});

test('the focused control is visible', async () => {
  await using opened = await open();
  const { page } = opened;
  // PHP, kind, CPU, region, button.
  for (let stop = 0; stop < 5; stop++) {
    await page.keyboard.press('Tab');
    // A radio button is invisible, so its label shows the focus.
    const outline = await page.evaluate<string>(`
      const { activeElement: focused } = document;
      const visible = getComputedStyle(focused).opacity === '0' ? focused.nextElementSibling : focused;
      getComputedStyle(visible).outline`);
    expect(outline).toContain('solid 3px');
  }
});

test('every control has a name', async () => {
  await using opened = await open();
  const { page } = opened;
  for (const name of ['PHP', 'Kind', 'CPU']) await page.getByRole('group', { name, exact: true }).waitFor();
  for (const name of ['8.4', '8.2', 'Function', 'FPM', 'Console', 'x86_64', 'arm64']) {
    await page.getByRole('radio', { name, exact: true }).waitFor();
  }
  await page.getByRole('combobox', { name: 'Region' }).waitFor();
  await page.getByRole('button', { name: 'Copy' }).waitFor();
});

test('the address contains the choice, and determines it', async () => {
  const hash = '#php=8.2&kind=fpm&cpu=x86&region=eu-west-1';
  await using opened = await open(hash);
  const { page } = opened;
  expect(await readArn(page)).toBe('arn:aws:lambda:eu-west-1:123456789012:layer:php-82-fpm:7');
  await page.getByRole('radio', { name: 'arm64' }).check();
  await page.getByRole('combobox').selectOption('sa-east-1');
  expect(new URL(page.url()).hash).toBe('#php=8.2&kind=fpm&cpu=arm&region=sa-east-1');
  expect(await page.title()).toBe('arm-php-82-fpm in sa-east-1 – PHP layers for AWS Lambda');
  await page.goto(`${site.url}/${hash}`);
  expect(await readArn(page)).toBe('arn:aws:lambda:eu-west-1:123456789012:layer:php-82-fpm:7');
});

test('the next visit starts with the last choice', async () => {
  await using opened = await open('#php=8.2&kind=fpm&cpu=arm&region=eu-west-1');
  await opened.page.goto(`${site.url}/`);
  await opened.page.reload();
  expect(await readArn(opened.page)).toContain('eu-west-1:123456789012:layer:arm-php-82-fpm');
});

test('an unknown value in the address is reported', async () => {
  await using opened = await open('#php=7.4&region=eu-west-1');
  const { page } = opened;
  expect(await page.getByRole('status').textContent()).toBe(
    'php=7.4 is not available. Another layer is shown.',
  );
  expect(await readArn(page)).toContain('eu-west-1');
});

test('a layer without PHP is shown with its lower layer', async () => {
  await using opened = await open('#php=8.2&kind=console&cpu=arm&region=eu-west-3', clipboard);
  const { page } = opened;
  expect(await readArn(page)).toBe('arn:aws:lambda:eu-west-3:123456789012:layer:console:7');
  await page.getByRole('button', { name: 'Copy' }).nth(1).click();
  await page.getByRole('status').getByText('layer:arm-php-82:7').waitFor();
  expect(await readClipboard(page)).toBe('arn:aws:lambda:eu-west-3:123456789012:layer:arm-php-82:7');
});

test('an unpublished layer cannot be copied', async () => {
  await using opened = await open('#php=8.4&kind=function&cpu=arm&region=us-east-1');
  const { page } = opened;
  expect(await readArn(page)).toBe('Not published: choose another region, kind or CPU.');
  expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
  await page.getByRole('combobox').selectOption('eu-west-3');
  expect(await readArn(page)).toBe('arn:aws:lambda:eu-west-3:123456789012:layer:arm-php-84:2');
});

test('the ARN is selected if the browser does not let the page copy it', async () => {
  const script = 'navigator.clipboard.writeText = () => Promise.reject(new Error("no"));';
  await using opened = await open('#region=eu-west-3', { script });
  await opened.page.getByRole('button', { name: 'Copy' }).click();
  await opened.page.getByRole('status').getByText('does not let this page copy').waitFor();
  expect(await opened.page.evaluate('getSelection().toString()')).toBe(await readArn(opened.page));
});

test('a layer shows the facts from its manifest and SBOM', async () => {
  await using opened = await open('#php=8.2&kind=function&cpu=x86');
  const layer = opened.page.locator('.layer:visible');
  expect(await layer.count()).toBe(1);
  const text = await layer.textContent();
  for (const part of ['php-82', '8.2.32', 'al2023', 'curl, json', 'opcache', 'intl', 'krb5', '1.20.1']) {
    expect(text).toContain(part);
  }
});

test('the page shows the ini differences of every runtime, because each layer runs all of them', async () => {
  await using opened = await open('#kind=console');
  const titles = opened.page.locator('#differences h3:visible', { hasText: 'ini values' });
  expect(await titles.allTextContents()).toEqual([
    'ini values of functions and commands',
    'ini values of PHP-FPM',
  ]);
});

test('the remaining support time is computed from the current day', async () => {
  await using opened = await open('#php=8.2&kind=fpm');
  const { page } = opened;
  await page.clock.setFixedTime('2026-11-25T12:00:00Z');
  await page.reload();
  expect(await page.locator('.layer:visible dd', { hasText: '31 Dec 2026' }).textContent()).toContain(
    '37 days left',
  );
  await page.clock.setFixedTime('2027-01-01T12:00:00Z');
  await page.reload();
  expect(await page.locator('.layer:visible dd', { hasText: '31 Dec 2026' }).textContent()).toContain('over');
});

test.each([
  ['with', true],
  ['without', false],
])('the page fits on a small phone, %s the script', async (_case, javaScriptEnabled) => {
  for (const kind of ['fpm', 'console', longName]) {
    await using opened = await open(`#php=8.2&kind=${kind}&region=ap-southeast-3`, {
      viewport: phone,
      javaScriptEnabled,
    });
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width);
  }
});

test('on a phone the ARN is visible without scrolling', async () => {
  await using opened = await open('', { viewport: { width: 390, height: 664 } });
  const box = await opened.page.locator('.answer').first().boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(664);
});

test('without JavaScript every ARN is in a table, and no control is visible', async () => {
  await using opened = await open('', { javaScriptEnabled: false });
  const { page } = opened;
  expect(await page.locator('tr[data-region]:visible').count()).toBe(9 * 22 + 1);
  expect(await page.locator('form, button').filter({ visible: true }).count()).toBe(0);
  expect(await page.locator('#arm-php-84-fpm').textContent()).toContain('its manifest is missing');
  await page.getByRole('link', { name: 'php-82-fpm', exact: true }).click();
  expect(new URL(page.url()).hash).toBe('#php-82-fpm');
});

test('the printed page has the ARN and the facts, but no controls', async () => {
  await using opened = await open('#php=8.2&kind=fpm');
  const { page } = opened;
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('form, button').filter({ visible: true }).count()).toBe(0);
  expect(await page.locator('#arn').isVisible()).toBe(true);
  expect(await page.locator('.layer:visible h2').textContent()).toBe('php-82-fpm');
});

test('the page requests only itself, and the console has no errors', async () => {
  site.requests.length = 0;
  await using opened = await open('#kind=console', clipboard);
  const { page, requests, consoleErrors } = opened;
  await page.getByRole('button', { name: 'Copy' }).first().click();
  await page.getByRole('radio', { name: 'FPM' }).check();
  await page.waitForLoadState('networkidle');
  expect(requests).toEqual([`${site.url}/`]);
  expect(site.requests).toEqual(['/']);
  expect(consoleErrors).toEqual([]);
});

test.each([
  [
    'a script',
    "const script = document.createElement('script'); script.textContent = 'window.ran = 1'; document.body.append(script)",
  ],
  ['a handler', 'document.body.innerHTML += \'<img src=x onerror="window.ran = 1">\''],
  [
    'a style',
    "const style = document.createElement('style'); style.textContent = 'body { display: none }'; document.head.append(style); window.ran = getComputedStyle(document.body).display === 'none' ? 1 : undefined",
  ],
  ['a request', "fetch('/other').then(() => { window.ran = 1 }, () => {})"],
])('the policy blocks %s that was injected into the page', async (_case, attempt) => {
  site.requests.length = 0;
  await using opened = await open();
  await opened.page.evaluate(attempt).catch(() => {});
  await opened.page.waitForLoadState('networkidle');
  expect(await opened.page.evaluate('window.ran')).toBeUndefined();
  expect(opened.consoleErrors.join()).toMatch(/Content Security Policy|Trusted/);
  expect(site.requests).toEqual(['/']);
});
