/**
 * Says which software changed between two builds: `compare-sboms.ts <before> <after>`, each an SBOM that package-layer
 * wrote or a folder of them. Prints a Markdown table. Distribution libraries come unpinned: this is how a change of one
 * is seen. The exit code is 0 whether something changed or not.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ActionError, describeError } from '../actions/shared/errors.ts';
import { compareComponents, readVersions } from './compare-sboms/compare.ts';
import { renderTable } from './readme/markdown-table.ts';

const suffix = '.sbom.json';
const [before, after] = process.argv.slice(2);

try {
  if (before === undefined || after === undefined) {
    throw new ActionError(
      'usage: npm run compare-sboms -- <before> <after>, each an SBOM or a folder of SBOMs.',
    );
  }
  const changes = compareComponents(readAll(before), readAll(after));
  const rows = changes.map(({ name, before, after, layers }) => [
    name,
    before || '(new)',
    after || '(gone)',
    layers.join(', '),
  ]);
  console.log(
    rows.length === 0
      ? 'Both have the same software in the same versions.'
      : renderTable(['Software', 'Before', 'After', 'Layers'], rows),
  );
} catch (error) {
  console.error(`Error: ${describeError(error)}`);
  process.exitCode = 1;
}

/** Versions by component, by layer. Two single files are compared whatever their names are. */
function readAll(path: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new ActionError(`${path} is not there.`);
  if (!stats.isDirectory()) return new Map([['', readVersions(readFileSync(path, 'utf8'), path)]]);
  const names = readdirSync(path).filter((name) => name.endsWith(suffix));
  if (names.length === 0) throw new ActionError(`${path} has no *${suffix}.`);
  return new Map(
    names.map((name) => {
      const file = join(path, name);
      return [basename(name, suffix), readVersions(readFileSync(file, 'utf8'), file)];
    }),
  );
}
