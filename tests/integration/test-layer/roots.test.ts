import { afterAll, beforeAll, expect, test } from 'vitest';
import { baseImages } from '../../../actions/test-layer/src/sandbox/root.ts';
import { makeWorkspace, type Workspace } from '../../unit/test-layer/workspace.ts';
import { addInvocation, cpu, docker, outcomes, run, testSet } from './harness.ts';
import { nodeLayer } from './node-layer.ts';

/** Images that stand in for ones that cannot be had here. */
const images: string[] = [];
let shared: Workspace;
let node: string;

beforeAll(async () => {
  shared = await makeWorkspace();
  node = await shared.zip('node.zip', await nodeLayer());
});
afterAll(async () => {
  await shared[Symbol.asyncDispose]();
  await run([docker, 'image', 'rm', '--force', ...images]);
});

async function makeImage(name: string, dockerfile: string, files: Readonly<Record<string, string>> = {}) {
  await using workspace = await makeWorkspace();
  await workspace.file('Dockerfile', dockerfile);
  for (const [file, content] of Object.entries(files)) await workspace.file(file, content, 0o755);
  const build = ['buildx', 'build', '--builder', 'default', '--load', '--network', 'none'];
  await run([docker, ...build, '--tag', name, workspace.path]);
  images.push(name);
  return name;
}

test("Amazon's image is used without what the real Lambda lacks", async () => {
  await using workspace = await makeWorkspace();
  const amazon = await makeImage(
    'test-layer-amazon',
    `FROM ${baseImages['debian-12'](cpu)}\nRUN touch /usr/lib64/libgcrypt.so.20.4.2 /usr/lib64/libcurl.so.4\n`,
  );
  await workspace.file(
    'set/scripts/absent.sh',
    'test ! -e /lib64/libgcrypt.so.20.4.2 && test -e /lib64/libcurl.so.4',
  );
  await addInvocation(workspace, 'echo', '(event) => event', { answer: 1 }, 1);
  const needs = { images: { ...baseImages, al2023: () => amazon } };
  const report = await testSet(workspace, { layers: [node], base: 'auto' }, needs);
  const made = await run([docker, 'images', '--format', '{{.Repository}}:{{.Tag}}', 'bref/test-root-al2023']);
  images.push(...made.stdout.trim().split('\n'));
  expect(outcomes(report)).toEqual({ 'absent.sh': [], echo: [] });
  expect(report.target).toBe(`al2023 (${cpu})`);
});

test('a CPU that this machine cannot run is an error with the remedy', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  // Stands for a program of another CPU: the kernel refuses either in the same way.
  const foreign = await makeImage(
    'test-layer-foreign',
    'FROM scratch\nCOPY bash env /bin/\nCOPY env /usr/bin/env\n',
    {
      bash: '\x7fELF of nothing',
      env: '\x7fELF of nothing',
    },
  );
  const needs = { images: { ...baseImages, 'debian-12': () => foreign } };
  await expect(testSet(workspace, { layers: [node] }, needs)).rejects.toThrow(
    'This machine cannot run programs for',
  );
});
