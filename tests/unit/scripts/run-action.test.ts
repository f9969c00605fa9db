import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
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

test.each([
  ['SIGTERM', 3],
  ['SIGHUP', 4],
] as const)('%s is passed on to the action, whose end is waited for', async (name, code) => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'scripts'));
  await mkdir(join(folder.path, 'actions/patient/dist'), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(folder.path, 'node_modules'));
  const script = join(folder.path, 'scripts/run-action.ts');
  await copyFile(join(repository, 'scripts/run-action.ts'), script);
  await writeFile(
    join(folder.path, 'actions/patient/action.yml'),
    'name: Patient\ndescription: Waits.\ninputs: {}\n',
  );
  await writeFile(join(folder.path, 'actions/patient/dist/index.js'), patient);
  const child = spawn(process.execPath, [script, 'patient'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'close');
  await once(child.stdout, 'data');
  child.kill(name);
  expect(await exit).toEqual([code, null]);
});
