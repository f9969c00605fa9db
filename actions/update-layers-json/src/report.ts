import { escapeMarkdown, renderMarkdownTable } from '#lib/report/markdown.ts';
import type { Inputs } from './inputs.ts';
import type { Change } from './layers-json.ts';

/** Renders a table of the changes. Regions with the same change of a layer share a row. */
export function renderChanges(changes: readonly Change[]): string {
  const groups = Map.groupBy(changes, ({ layer, before, after }) => `${layer} ${before} ${after}`);
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const names = group.map(({ region }) => region);
    const regions = names.length > 3 ? `${names.length} regions` : names.join(', ');
    return [
      [escapeMarkdown(first.layer), `${first.before ?? '-'}`, `${first.after}`, escapeMarkdown(regions)],
    ];
  });
  return renderMarkdownTable(['Layer', 'Before', 'After', 'Regions'], rows, { right: [1, 2] });
}

/** Renders the text of the pull request. The same changes always give the same text. */
export function renderBody(changes: readonly Change[], { release, allowLower, path }: Inputs): string {
  return [
    release === undefined ? 'New layer versions.' : `The layers of ${release}.`,
    '',
    renderChanges(changes),
    '',
    ...(allowLower === undefined ? [] : [`Numbers may be lower than before. Reason: ${allowLower}`, '']),
    `Layers and regions that were not published keep their numbers in \`${path}\`.`,
  ].join('\n');
}
