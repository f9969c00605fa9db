import { parseArgs } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { ActionError } from '#lib/node/errors.ts';
import { runScript } from '#lib/node/tool-entry.ts';

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

async function said(main: () => Promise<unknown>): Promise<string> {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  await runScript(main, 3);
  expect(process.exitCode).toBe(3);
  return String(error.mock.calls[0]?.[0]);
}

test.each([
  ['--nonsense', "Error: Unknown option '--nonsense'"],
  ['--base', "Error: Option '--base <value>' argument missing"],
])('the option %s is told in words, with the way to the right ones', async (option, message) => {
  const main = async () => parseArgs({ args: [option], options: { base: { type: 'string' } } });
  const text = await said(main);
  expect(text).toContain(message);
  expect(text).toContain('--help lists the options.');
  expect(text).not.toContain('    at ');
});

test('what can be mended is told in words', async () => {
  expect(
    await said(async () => {
      throw new ActionError('There is no layer.');
    }),
  ).toBe('Error: There is no layer.');
});

test('a defect keeps its stack', async () => {
  await expect(runScript(() => Promise.reject(new TypeError('x is not a function')))).rejects.toThrow(
    TypeError,
  );
});

test('a run that came to its end may give its exit code', async () => {
  await runScript(async () => 2);
  expect(process.exitCode).toBe(2);
});
