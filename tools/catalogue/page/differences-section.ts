import type { Difference, Differences, IniKind } from '../data/differences.ts';
import { type Html, html } from './html.ts';
import { renderInline } from './markdown.ts';

const titles: Readonly<Record<IniKind, string>> = { function: 'functions and commands', fpm: 'PHP-FPM' };

/** Renders the differences that matter to users of Bref 2 and 3. */
export function renderDifferences({ ini, extensions }: Differences, repository: string): Html {
  const kinds: readonly IniKind[] = ['function', 'fpm'];
  return html`<section id="differences"><h2>Known differences</h2>
<p>Differences from the layers of Bref 2 and 3. For reasons and all other values, see <a href="${repository}/blob/main/docs/ini.md">ini values</a>
and <a href="${repository}/blob/main/docs/extensions.md">extensions</a>.</p>
${kinds.map((kind) => html`<h3>ini values of ${titles[kind]}</h3>${renderTable('Setting', ini[kind])}`)}
<h3>Extensions</h3>
${renderTable('Extension', extensions)}
<p>Remove settings for built-in extensions, such as <code>extension=soap</code>. Otherwise PHP warns at each start that it cannot find the
file.</p>
</section>
`;
}

function renderTable(title: string, differences: readonly Difference[]): Html {
  return html`<table class="differences"><thead><tr><th scope="col">${title}</th><th scope="col">v2 / v3</th><th scope="col">Here</th><th scope="col">Why</th></tr></thead><tbody>
${differences.map(
  ({
    name,
    before,
    here,
    why,
  }) => html`<tr><th scope="row">${name}</th><td>${before}</td><td>${here}</td><td>${renderInline(why)}</td></tr>
`,
)}</tbody></table>`;
}
