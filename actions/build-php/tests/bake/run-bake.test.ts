import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../../tests/fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../../tests/fixtures/temporary-folder.ts';
import { bakeCommand, runBake } from '../../src/bake/run-bake.ts';

test('writes the output of the steps and of buildx itself to the log file', async () => {
  await using folder = await temporaryFolder();
  const status = JSON.stringify({
    logs: [{ vertex: 'sha256:1', data: Buffer.from('checking for cc... gcc\n').toString('base64') }],
  });
  const docker = join(folder.path, 'docker');
  const script = `#!/bin/sh\ncat > /dev/null\necho 'WARN: an old builder' >&2\necho '${status}' >&2\n`;
  await writeFile(docker, script, { mode: 0o755 });
  const logFile = join(folder.path, 'logs/php-99-x86-compile.log');
  const { signal } = new AbortController();
  await runBake({}, { docker, builder: undefined, log: silentLogger(), signal, logFile });
  expect(await readFile(logFile, 'utf8')).toBe('WARN: an old builder\nchecking for cc... gcc\n');
});

test.each([
  [undefined, ['docker', 'buildx', 'bake']],
  ['remote', ['docker', 'buildx', '--builder', 'remote', 'bake']],
  ['depot', ['depot', 'bake']],
] as const)('calls the builder %s by its own command', (builder, command) => {
  expect(bakeCommand('docker', builder)).toEqual([...command, '--progress', 'rawjson', '--file', '-']);
});
