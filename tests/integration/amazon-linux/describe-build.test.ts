import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { findLayerImage } from '../../stand-ins/runtime-api/layer-function.ts';
import { docker, inImage, run } from './stand-in.ts';

const bundle = '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem';

/** Runs the base OS's list-packages on files of the stand-in. */
async function listPackages(...files: readonly string[]): Promise<string> {
  const { stdout } = await inImage(`/layer/list-packages ${files.join(' ')}`, {
    mounts: { 'php/bases/al2023/layer': '/layer' },
  });
  return stdout;
}

test('list-packages prints eight fields for a file that rpm owns, and nothing for another file', async () => {
  const lines = (await listPackages('/usr/lib64/libcurl.so.4', bundle, '/etc/hostname')).split('\n');
  expect(lines.map((line) => line.split('\t'))).toEqual([
    [
      '/usr/lib64/libcurl.so.4',
      'libcurl-minimal',
      '8.5.0-1.amzn2023.0.1',
      'pkg:rpm/amzn/libcurl-minimal@8.5.0-1.amzn2023.0.1?arch=x86_64&distro=amzn-2023',
      'curl',
      '8.5.0-1.amzn2023.0.1',
      'MIT',
      '/usr/share/licenses/libcurl-minimal/README.md',
    ],
    // A package owns its %ghost files, and this package has no license file.
    [
      bundle,
      'ca-certificates',
      '2025.2.76-1.amzn2023.0.1',
      'pkg:rpm/amzn/ca-certificates@2025.2.76-1.amzn2023.0.1?arch=noarch&distro=amzn-2023',
      'ca-certificates',
      '2025.2.76-1.amzn2023.0.1',
      'Public Domain',
      '',
    ],
    [''],
  ]);
});

const image = await findLayerImage('build-php-82');

test.skipIf(image === undefined)('describe-build lists a package without a license text', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  // The certificates come from Amazon Linux, and all other files from the system that runs this PHP.
  await writeFile(at('certificates.tsv'), await listPackages(bundle));
  await cp('php/bases/debian-12/layer', at('layer'), { recursive: true });
  await cp(at('layer/list-packages'), at('layer/list-debian-packages'));
  await writeFile(
    at('layer/list-packages'),
    '#!/bin/sh\ncat /test/certificates.tsv\nexec "$(dirname "$0")/list-debian-packages" "$@"\n',
  );
  await chmod(at('layer/list-packages'), 0o755);
  await mkdir(at('trees/function/bref'), { recursive: true });
  await mkdir(at('trees/fpm/bref'), { recursive: true });
  await mkdir(at('character-sets'));
  await writeFile(at('character-sets/packages.tsv'), '');
  const mounts = {
    [folder.path]: '/test',
    [at('layer')]: '/base/layer',
    [at('character-sets')]: '/character-sets',
    [`${process.cwd()}/php/build-tools/describe-build`]: '/describe-build',
  };
  await run([
    docker,
    'run',
    '--rm',
    ...Object.entries(mounts).flatMap(([from, to]) => ['--volume', `${from}:${to}`]),
    image ?? '',
    'sh',
    '-c',
    `mkdir -p ${bundle.replace(/[^/]*$/, '')} && touch ${bundle} && CERTIFICATES=${bundle} php /describe-build/describe-build.php /test/trees`,
  ]);
  const facts = JSON.parse(await readFile(at('trees/facts.json'), 'utf8')) as {
    readonly components: readonly { readonly name: string }[];
  };
  expect(facts.components.find(({ name }) => name === 'ca-certificates')).toEqual({
    name: 'ca-certificates',
    version: '2025.2.76-1.amzn2023.0.1',
    purl: expect.stringContaining('pkg:rpm/amzn/ca-certificates@'),
    license: 'Public Domain',
    source: { name: 'ca-certificates', version: '2025.2.76-1.amzn2023.0.1' },
    files: ['bref/ssl/cert.pem'],
  });
});
