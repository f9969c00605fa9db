import { parseArgs } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { ActionError } from '#lib/node/errors.ts';
import { runTool } from '#lib/node/tool-entry.ts';

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

async function readError(main: () => Promise<unknown>): Promise<string> {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  await runTool(main, 3);
  expect(process.exitCode).toBe(3);
  return String(error.mock.calls[0]?.[0]);
}

test.each([
  ['--nonsense', "Error: Unknown option '--nonsense'"],
  ['--base', "Error: Option '--base <value>' argument missing"],
])(
  'the wrong option %s is reported without a stack, and the message mentions --help',
  async (option, message) => {
    const main = async () => parseArgs({ args: [option], options: { base: { type: 'string' } } });
    const text = await readError(main);
    expect(text).toContain(message);
    expect(text).toContain('--help lists the options.');
    expect(text).not.toContain('    at ');
  },
);

test('an ActionError is reported without a stack', async () => {
  expect(
    await readError(async () => {
      throw new ActionError('There is no layer.');
    }),
  ).toBe('Error: There is no layer.');
});

test('a defect keeps its stack', async () => {
  await expect(runTool(() => Promise.reject(new TypeError('x is not a function')))).rejects.toThrow(
    TypeError,
  );
});

test('a returned number becomes the exit code', async () => {
  await runTool(async () => 2);
  expect(process.exitCode).toBe(2);
});
