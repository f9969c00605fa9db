import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** The reason for skipping a test. */
export const noBrowser = '/usr/bin/chromium is missing; on Debian, make setup-tests installs it';

/** Launches Debian's Chromium, which `make setup-tests` installs. Returns undefined without it, but fails in CI. */
export async function launchBrowser(): Promise<Browser | undefined> {
  if (!existsSync(executablePath) && !process.env.CI) {
    console.warn(`Skipped: ${noBrowser}.`);
    return undefined;
  }
  return chromium.launch({ executablePath });
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught errors. */
  readonly consoleErrors: readonly string[];
  /** Addresses of all requests. */
  readonly requests: readonly string[];
}

/** Opens a page in a new, empty browser context, which closes with the test. */
export async function openPage(
  browser: Browser,
  url: string,
  { script, ...options }: BrowserContextOptions & { readonly script?: string } = {},
): Promise<OpenPage> {
  const context = await browser.newContext(options);
  if (script !== undefined) await context.addInitScript(script);
  const page = await context.newPage();
  const consoleErrors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => consoleErrors.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, consoleErrors, requests, [Symbol.asyncDispose]: () => context.close() };
}
