import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test.each([
  'catalogue',
  'check-bundles',
  'check-language',
  'check-releases',
  'check-shell',
  'check-workflows',
  'each-version',
  'github-api',
  'list-layers',
  'policy',
  'remove-images',
  'reproducible',
  'run-action',
  'serve',
  'setup',
  'shell',
  'update-readmes',
  'upgrade',
  'upload-local',
])('tools/%s --help shows the usage and does nothing else', async (tool) => {
  const args = [`tools/${tool}/main.ts`, '--help'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/^Usage: (node tools\/|npm run )/);
  expect(stderr).toBe('');
});
