import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostCpu } from '#lib/layer/cpu.ts';
import { type Manifest, readManifest } from '#lib/layer/manifest.ts';
import { type BundleRun, runBundle } from '../fixtures/run-bundle.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

// A layer without PHP, as in the README: the output of `make install` of a small C project, with its library under three
// names, headers, a static archive and a manual page.
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let run: BundleRun;
let manifest: Manifest;

const cpu = hostCpu() ?? 'x86';
const metadata = {
  components: [
    { name: 'greet', version: '1.0.0', type: 'application', license: 'MIT', files: ['bin/greet'] },
    {
      name: 'libgreet',
      version: '1.0.0',
      license: 'LGPL-2.1-or-later',
      licenseText: 'share/doc/libgreet/COPYING',
      files: ['lib/libgreet.so.1'],
    },
  ],
};

beforeAll(async () => {
  folder = await temporaryFolder();
  const tree = join(folder.path, 'tree');
  await install(tree);
  await writeFile(join(folder.path, 'tree.metadata.json'), JSON.stringify(metadata));
  const inputs = { path: tree, name: 'greet', cpu };
  run = await runBundle({ action: 'package-layer', folder: folder.path, inputs });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  manifest = (await readManifest(run.outputs.zip ?? '')) as Manifest;
});
afterAll(() => folder[Symbol.asyncDispose]());

async function install(tree: string): Promise<void> {
  for (const name of ['bin', 'lib/pkgconfig', 'include', 'share/man/man1', 'share/doc/libgreet']) {
    await mkdir(join(tree, name), { recursive: true });
  }
  const compile = (source: string, ...args: string[]) =>
    execFileSync('cc', ['-s', '-O1', '-x', 'c', '-', '-x', 'none', ...args], { cwd: tree, input: source });
  compile(
    'int puts(const char *); void greet(void) { puts("Hello from a layer"); }',
    ...['-shared', '-fPIC', '-o', 'lib/libgreet.so.1', '-Wl,-soname,libgreet.so.1'],
  );
  for (const name of ['lib/libgreet.so', 'lib/libgreet.so.1.0.0']) {
    await copyFile(join(tree, 'lib/libgreet.so.1'), join(tree, name));
    await chmod(join(tree, name), 0o755);
  }
  compile(
    'void greet(void); int main(void) { greet(); return 0; }',
    ...['-o', 'bin/greet', 'lib/libgreet.so.1'],
    ...['-Wl,--disable-new-dtags', '-Wl,-rpath,$ORIGIN/../lib'],
  );
  const files: Readonly<Record<string, string>> = {
    'include/greet.h': 'void greet(void);\n',
    'lib/libgreet.a': '!<arch>\n',
    'lib/pkgconfig/greet.pc': 'Name: greet\n',
    'share/man/man1/greet.1': '.TH greet 1\n',
    'share/doc/libgreet/COPYING': 'GNU LESSER GENERAL PUBLIC LICENSE\n',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(tree, name), content);
}

test('the layer contains only files that are run or loaded, each library once', () => {
  expect(
    manifest.files.map((file) => (file.type === 'symlink' ? `${file.path} -> ${file.target}` : file.path)),
  ).toEqual([
    'bin/greet',
    'lib/libgreet.so -> libgreet.so.1',
    'lib/libgreet.so.1',
    'lib/libgreet.so.1.0.0 -> libgreet.so.1',
    'share/doc/libgreet/COPYING',
  ]);
  expect(run.stdout).toContain('Left out (header, 18 bytes): include/greet.h');
});

test('the outputs describe the layer', async () => {
  const { outputs } = run;
  expect(outputs).toMatchObject({
    'code-sha256': manifest.codeSha256,
    sha256: Buffer.from(manifest.codeSha256, 'base64').toString('hex'),
    size: String(manifest.size),
    'unzipped-size': String(manifest.unzippedSize),
  });
  for (const name of ['zip', 'manifest', 'audit', 'sbom'])
    expect(await readFile(outputs[name] ?? '')).toBeDefined();
});

test("the manifest follows the committed schema, and the SBOM follows CycloneDX's schema", async () => {
  const schema = join(import.meta.dirname, '../../lib/layer/manifest.schema.json');
  const ajv = new Ajv2020();
  ajv.validate(JSON.parse(await readFile(schema, 'utf8')), manifest);
  expect(ajv.errors).toBeNull();
  const sbom = await readFile(run.outputs.sbom ?? '', 'utf8');
  expect(await new JsonStrictValidator(Version.v1dot7).validate(sbom)).toBeNull();
  const { dependencies } = JSON.parse(sbom) as { dependencies: readonly object[] };
  expect(dependencies).toContainEqual({ ref: 'greet@1.0.0', dependsOn: ['libgreet@1.0.0'] });
});

test('the layer works in the emulator, on a root without files of this machine', async () => {
  await mkdir(join(folder.path, 'set/scripts'), { recursive: true });
  await writeFile(join(folder.path, 'set/scripts/greet.sh'), 'test "$(greet)" = "Hello from a layer"\n');
  const tested = await runBundle({
    action: 'test-layer',
    folder: folder.path,
    inputs: { layers: run.outputs.zip ?? '', tests: join(folder.path, 'set'), cpu, base: 'debian-12' },
  });
  expect(tested.outputs).toMatchObject({ passed: '1', failed: '0' });
});
