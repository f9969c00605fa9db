import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const repository = resolve(import.meta.dirname, '../../..');

/** Ends in its own time, with an exit code that says which signal it was told. */
const patient = `
  for (const [name, code] of [['SIGTERM', 3], ['SIGHUP', 4]])
    process.on(name, () => setTimeout(() => process.exit(code), 200));
  setTimeout(() => {}, 10_000);
  console.log('started');
`;

/** The script beside an action of that content, started; what it says on stderr, and its end. */
async function start(folder: string, content: string) {
  await mkdir(join(folder, 'actions/patient/dist'), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  for (const part of ['lib', 'package.json']) await symlink(join(repository, part), join(folder, part));
  await cp(join(repository, 'tools/run-action'), join(folder, 'tools/run-action'), { recursive: true });
  const definition = 'name: Patient\ndescription: Waits.\ninputs: {}\n';
  await writeFile(join(folder, 'actions/patient/action.yml'), definition);
  await writeFile(join(folder, 'actions/patient/dist/index.js'), content);
  const child = spawn(process.execPath, [join(folder, 'tools/run-action/main.ts'), 'patient']);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return { child, said: () => said, exit: once(child, 'close') };
}

test.each([
  ['SIGTERM', 3],
  ['SIGHUP', 4],
] as const)('%s is passed on to the action, whose end is waited for', async (name, code) => {
  await using folder = await temporaryFolder();
  const { child, exit } = await start(folder.path, patient);
  await once(child.stdout, 'data');
  child.kill(name);
  expect(await exit).toEqual([code, null]);
});

test('an action that was killed is said to have been', async () => {
  await using folder = await temporaryFolder();
  const { said, exit } = await start(folder.path, "process.kill(process.pid, 'SIGKILL')");
  expect(await exit).toEqual([137, null]);
  expect(said()).toContain('Error: patient was ended by SIGKILL.');
});
