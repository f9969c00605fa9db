import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const repository = resolve(import.meta.dirname, '../../..');

/** An action that takes 200 ms to clean up. Its exit code shows which signal it received. */
const slowCleanup = `
  for (const [name, code] of [['SIGTERM', 3], ['SIGHUP', 4]])
    process.on(name, () => setTimeout(() => process.exit(code), 200));
  setTimeout(() => {}, 10_000);
  console.log('started');
`;

/** Starts a copy of the tool beside an action with the given bundle. */
async function start(folder: string, bundle: string, ...words: readonly string[]) {
  await mkdir(join(folder, 'actions/slow/dist'), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  for (const part of ['lib', 'package.json']) await symlink(join(repository, part), join(folder, part));
  await cp(join(repository, 'tools/run-action'), join(folder, 'tools/run-action'), { recursive: true });
  const definition =
    'name: Slow\ndescription: Waits.\ninputs: { time: { description: Seconds., default: 1 } }\n';
  await writeFile(join(folder, 'actions/slow/action.yml'), definition);
  await writeFile(join(folder, 'actions/slow/dist/index.js'), bundle);
  const child = spawn(process.execPath, [join(folder, 'tools/run-action/main.ts'), ...words]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exit = once(child, 'close');
  return { child, exit, readStdout: () => stdout, readStderr: () => stderr };
}

test.each([
  ['SIGTERM', 3],
  ['SIGHUP', 4],
] as const)('forwards %s to the action and waits until it ends', async (name, code) => {
  await using folder = await temporaryFolder();
  const { child, exit } = await start(folder.path, slowCleanup, 'slow');
  await once(child.stdout, 'data');
  child.kill(name);
  expect(await exit).toEqual([code, null]);
});

test('reports that an action was killed', async () => {
  await using folder = await temporaryFolder();
  const { readStderr, exit } = await start(folder.path, "process.kill(process.pid, 'SIGKILL')", 'slow');
  expect(await exit).toEqual([137, null]);
  expect(readStderr()).toContain('Error: slow was ended by SIGKILL.');
});

test.each<[string, readonly string[], number, string]>([
  ['no action', [], 0, 'Actions: slow.'],
  ['--help', ['--help'], 0, 'Usage: node tools/run-action/main.ts <action>'],
  ['--help of an action', ['slow', '--help'], 0, 'Seconds. (default: 1)'],
  ['an unknown action', ['fast'], 2, 'Error: The action must be one of slow; got "fast".\n'],
  [
    'an unknown input',
    ['slow', 'tiem=2'],
    2,
    'Error: slow has no input "tiem" (did you mean time?). --help lists them.\n',
  ],
  [
    'a word without a value',
    ['slow', 'time'],
    2,
    'Error: "time" must be <input>=<value>. The inputs of slow are: time.\n',
  ],
])('%s ends with a message', async (_case, words, code, message) => {
  await using folder = await temporaryFolder();
  const { exit, readStdout, readStderr } = await start(folder.path, '', ...words);
  expect(await exit).toEqual([code, null]);
  if (code === 0) expect(readStdout()).toContain(message);
  else expect(readStderr()).toBe(message);
});

test.each([
  ['time=5', '5'],
  ['time=', '1'],
])('passes %s as the input %s, with the command, to the action', async (word, time) => {
  await using folder = await temporaryFolder();
  const print = 'console.log(process.env.INPUT_TIME, JSON.parse(process.env.ACTION_COMMAND).at(-1))';
  const { exit, readStdout } = await start(folder.path, print, 'slow', word);
  expect(await exit).toEqual([0, null]);
  expect(readStdout()).toBe(`${time} ${word}\n`);
});
