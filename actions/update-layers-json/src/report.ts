import { escapeMarkdown, renderMarkdownTable } from '#lib/report/markdown.ts';
import type { Inputs } from './inputs.ts';
import type { Change } from './layers-json.ts';

/** A table of the changes: one line for each layer and pair of numbers, with the regions that it holds for. */
export function renderChanges(changes: readonly Change[]): string {
  const groups = Map.groupBy(changes, ({ layer, before, after }) => `${layer} ${before} ${after}`);
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const regions = group.map(({ region }) => region);
    const where = regions.length > 3 ? `${regions.length} regions` : regions.join(', ');
    return [[escapeMarkdown(first.layer), `${first.before ?? '-'}`, `${first.after}`, escapeMarkdown(where)]];
  });
  return renderMarkdownTable(['Layer', 'Before', 'After', 'Regions'], rows, { right: [1, 2] });
}

/** The pull request's text; the same for the same changes. */
export function renderBody(changes: readonly Change[], { release, allowLower, path }: Inputs): string {
  return [
    release === undefined ? 'New versions of the layers.' : `The layers of ${release}.`,
    '',
    renderChanges(changes),
    '',
    ...(allowLower === undefined ? [] : [`Numbers may be lower than before: ${allowLower}`, '']),
    `Layers and regions that were not published keep what \`${path}\` has.`,
  ].join('\n');
}
