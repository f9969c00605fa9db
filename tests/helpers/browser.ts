import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** What a test says when it is passed over. */
export const noBrowser = 'there is no /usr/bin/chromium; on Debian, make setup-tests installs it';

/** Debian's Chromium, which `make setup-tests` installs; undefined elsewhere. A CI that has none fails instead. */
export async function launchBrowser(): Promise<Browser | undefined> {
  if (!existsSync(executablePath) && !process.env.CI) {
    console.warn(`Passed over: ${noBrowser}.`);
    return undefined;
  }
  return chromium.launch({ executablePath });
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, and whatever was thrown. */
  readonly complaints: readonly string[];
  /** Addresses of everything that was asked for. */
  readonly requests: readonly string[];
}

/** A page of a new, empty browser profile, which is gone with the test. */
export async function openPage(
  browser: Browser,
  url: string,
  { script, ...options }: BrowserContextOptions & { readonly script?: string } = {},
): Promise<OpenPage> {
  const context = await browser.newContext(options);
  if (script !== undefined) await context.addInitScript(script);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests, [Symbol.asyncDispose]: () => context.close() };
}
