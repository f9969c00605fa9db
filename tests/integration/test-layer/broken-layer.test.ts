import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import JSZip from 'jszip';
import { beforeAll, expect, test } from 'vitest';
import { cpuNames } from '#lib/layer/cpu.ts';
import { hasPassed } from '../../../actions/test-layer/src/report.ts';
import { makeWorkspace } from '../../fixtures/workspace.ts';
import { cpu, logOf, testSet } from './harness.ts';

// These tests break the built layer in one place. The cases that cover this place must fail with the right message.
const layer = `output/${cpuNames[cpu].prefix}php-82.zip`;
const exists = existsSync(layer);
// CI builds the layer first, so the tests must run there.
const testOfLayer = test.skipIf(!exists && !process.env.CI);

let original: Buffer;
beforeAll(async () => {
  if (!exists) console.log(`${layer} does not exist, so its tests are skipped. Build it with "make php-82".`);
  else original = await readFile(layer);
});

/** Runs the cases of tests/layers/common on a changed layer. Returns the names of failed cases, and the report. */
async function testWith(change: (zip: JSZip) => void | Promise<void>, filter?: string) {
  await using workspace = await makeWorkspace();
  const zip = await JSZip.loadAsync(original);
  await change(zip);
  const bytes = await zip.generateAsync({ type: 'nodebuffer', platform: 'UNIX', compression: 'STORE' });
  const broken = await workspace.file('broken.zip', bytes);
  const tests = ['tests/layers/common'];
  const report = await testSet(workspace, { layers: [broken], tests, filter });
  const failed = report.results.filter((result) => !hasPassed(result));
  return { report, failed: failed.map(({ name }) => name.replace('common/scripts/', '')) };
}

async function edit(zip: JSZip, path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const entry = zip.file(path);
  if (entry === null) throw new Error(`${path} is not in the layer`);
  const { unixPermissions } = entry;
  zip.file(path, change(await entry.async('nodebuffer')), { unixPermissions, createFolders: false });
}

function removeMatching(zip: JSZip, pattern: RegExp): void {
  const found = Object.keys(zip.files).filter((path) => pattern.test(path));
  if (found.length === 0) throw new Error(`nothing in the layer matches ${pattern}`);
  for (const path of found) zip.remove(path);
}

testOfLayer(
  'without a library of one extension, the cases of the extension fail and name the library',
  async () => {
    const { failed, report } = await testWith((zip) => removeMatching(zip, /^lib\/libicui18n\.so/));
    expect(failed).toEqual(['every-extension-is-used.php', 'intl.php', 'libraries.php']);
    expect(logOf(report, 'intl.php')).toMatch(/libicui18n\.so\.\d+: cannot open shared object file/);
  },
);

testOfLayer('without a library of php, every case fails and names the library', async () => {
  const { failed, report } = await testWith(
    (zip) => removeMatching(zip, /^lib\/libsodium\.so/),
    '/scripts/c',
  );
  expect(failed).toEqual(['compilation.php', 'crypto.php', 'curl.php']);
  for (const { log } of report.results) {
    expect(log).toMatch(/libsodium\.so\.\d+: cannot open shared object file/);
  }
});

testOfLayer('without an extension, its cases fail', async () => {
  const { failed } = await testWith((zip) => removeMatching(zip, /^bref\/extensions\/redis\.so$/));
  expect(failed).toEqual(['redis.php']);
});

testOfLayer(
  'with a further ini file that changes a value, the case of ini values fails and names it',
  async () => {
    const { failed, report } = await testWith((zip) => {
      const options = { unixPermissions: 0o100644, createFolders: false };
      zip.file('bref/etc/php/conf.d/zzz.ini', 'memory_limit = 128M\n', options);
    });
    expect(failed).toEqual(['ini.php', 'paths.php']);
    expect(logOf(report, 'ini.php')).toMatch(/memory_limit of bref\.ini.*'128M'/s);
  },
);

testOfLayer('without the certificates, the cases of TLS fail', async () => {
  const { failed } = await testWith((zip) => removeMatching(zip, /^bref\/ssl\/cert\.pem$/), '/scripts/p');
  expect(failed).toEqual(['paths.php', 'postgresql.php']);
});

testOfLayer('with php for another CPU, no case runs, and the error names the file', async () => {
  const otherMachine = { x86: 183, arm: 62 }[cpu];
  const swap = (bytes: Buffer) => {
    bytes.writeUInt16LE(otherMachine, 18);
    return bytes;
  };
  await expect(testWith((zip) => edit(zip, 'bin/php', swap))).rejects.toThrow(
    `is for another CPU: "bin/php" is machine code for`,
  );
});

testOfLayer(
  "with DT_RUNPATH instead of DT_RPATH, php loads a library of Lambda's OS instead of the layer's",
  async () => {
    const { failed, report } = await testWith(
      (zip) => edit(zip, 'lib/libphp.so', toRunpath),
      'scripts/curl.php',
    );
    expect(failed).toEqual(['curl.php']);
    expect(logOf(report, 'curl.php')).toMatch(/\/lib64\/lib\w+\.so\.\d+: invalid ELF header/);
  },
);

/**
 * Changes a file's DT_RPATH (15) to DT_RUNPATH (29), the default of linkers, in the segment PT_DYNAMIC (2) of 64-bit ELF:
 * https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html
 */
function toRunpath(bytes: Buffer): Buffer {
  const [headers, size, count] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  for (let header = headers; header < headers + size * count; header += size) {
    if (bytes.readUInt32LE(header) !== 2) continue;
    const start = Number(bytes.readBigUInt64LE(header + 8));
    const end = start + Number(bytes.readBigUInt64LE(header + 32));
    for (let entry = start; entry < end; entry += 16) {
      if (bytes.readBigUInt64LE(entry) === 15n) {
        bytes.writeBigUInt64LE(29n, entry);
        return bytes;
      }
    }
  }
  throw new Error('no DT_RPATH');
}
