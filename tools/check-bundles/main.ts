/** Fails where a committed bundle is not, byte for byte, what its sources give. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync, utimesSync } from 'node:fs';

const before = globSync('actions/*/dist/*.js')
  .sort()
  .map((path) => ({ path, digest: digest(path), times: statSync(path) }));
execFileSync('rolldown', ['-c', '--logLevel', 'warn'], { stdio: 'inherit' });
const stale = before.filter((bundle) => digest(bundle.path) !== bundle.digest);
// A newer bundle would have make package and test everything anew.
for (const { path, times } of before.filter((bundle) => !stale.includes(bundle))) {
  utimesSync(path, times.atime, times.mtime);
}
if (stale.length > 0) {
  const paths = stale.map(({ path }) => path).join(', ');
  console.error(`Not what its sources give: ${paths}. They are built now: commit them.`);
  process.exit(1);
}
console.log(`${before.length} bundles are what their sources give.`);

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
