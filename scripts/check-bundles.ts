/** Fails where a committed bundle is not, byte for byte, what its sources give. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';

const bundles = globSync('actions/*/dist/*.js').sort();
const before = bundles.map(digest);
execFileSync('rolldown', ['-c', '--logLevel', 'warn'], { stdio: 'inherit' });
const stale = bundles.filter((bundle, index) => digest(bundle) !== before[index]);
if (stale.length > 0) {
  console.error(`Not what its sources give: ${stale.join(', ')}. They are built now: commit them.`);
  process.exit(1);
}
console.log(`${bundles.length} bundles are what their sources give.`);

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
