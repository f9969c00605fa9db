import { afterAll, beforeAll, expect, test } from 'vitest';
import { cpuNames } from '#lib/layer/cpu.ts';
import { baseOsImages } from '#lib/sandbox/root.ts';
import policy from '../../../policies/lambda-al2023.json' with { type: 'json' };
import { makeWorkspace, type Workspace } from '../../fixtures/workspace.ts';
import { addInvocation, cpu, docker, outcomes, run, testSet } from './harness.ts';
import { nodeLayer } from './node-layer.ts';

/** Stand-ins for images that are not available on this machine. */
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

test("removes the libraries from Amazon's image that Lambda does not have", async () => {
  await using workspace = await makeWorkspace();
  const amazon = await makeImage(
    'test-layer-amazon',
    `FROM ${baseOsImages['debian-12'](cpu)}\nRUN cd /usr/lib64 && touch libcurl.so.4 libgcrypt.so.20.4.2 ${policy.notOnLambda.join(' ')}\n`,
  );
  await workspace.file(
    'set/scripts/absent.sh',
    [
      'cd /lib64 && test -e libcurl.so.4 && test ! -e libgcrypt.so.20.4.2',
      ...policy.notOnLambda.map((name) => `test ! -e ${name}`),
    ].join(' && '),
  );
  await addInvocation(workspace, 'echo', '(event) => event', { answer: 1 }, 1);
  const needs = { images: { ...baseOsImages, al2023: () => amazon } };
  const report = await testSet(workspace, { layers: [node], baseOs: 'auto' }, needs);
  const made = await run([docker, 'images', '--format', '{{.Repository}}:{{.Tag}}', 'bref/test-root-al2023']);
  images.push(...made.stdout.trim().split('\n'));
  expect(outcomes(report)).toEqual({ 'absent.sh': [], echo: [] });
  expect(report.target).toBe(`al2023 (${cpu})`);
});

test('has a file for every library of Lambda on the bare root', async () => {
  await using workspace = await makeWorkspace();
  const { sonames } = policy.architectures[cpuNames[cpu].aws];
  expect(sonames.length).toBeGreaterThan(100);
  await workspace.file(
    'set/scripts/names.sh',
    `cd /lib64\nfor name in ${sonames.join(' ')}; do test -e "$name" || exit 1; done`,
  );
  const report = await testSet(workspace, { layers: [node], baseOs: 'debian-12' });
  expect(outcomes(report)).toEqual({ 'names.sh': [] });
});

test('fails with the fix if this machine cannot run the CPU', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  // A stand-in for a program for another CPU, which the kernel refuses in the same way.
  const foreign = await makeImage(
    'test-layer-foreign',
    'FROM scratch\nCOPY bash env /bin/\nCOPY env /usr/bin/env\n',
    {
      bash: '\x7fELF of nothing',
      env: '\x7fELF of nothing',
    },
  );
  const needs = { images: { ...baseOsImages, 'debian-12': () => foreign } };
  await expect(testSet(workspace, { layers: [node] }, needs)).rejects.toThrow(
    'This machine cannot run programs for',
  );
});
