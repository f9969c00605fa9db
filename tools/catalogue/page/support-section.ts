import type { Support } from '../data/support.ts';
import { formatDay } from './format.ts';
import { type Html, html } from './html.ts';

/** A last day; the script adds how far away it is. */
export function renderEnd(date: string): Html {
  return html`<time datetime="${date}" data-end>${formatDay(date)}</time>`;
}

/** How long PHP's versions, as far as there are layers of them, and Lambda's runtime are maintained. */
export function renderSupport({ php, lambda }: Support, versions: readonly string[]): Html {
  const rows = versions.flatMap((version) => {
    const branch = php.branches[version];
    if (branch === undefined) return [];
    return html`<tr><th scope="row">PHP ${version}</th><td>${formatDay(branch.released)}</td><td>${renderEnd(branch.active)}</td><td>${renderEnd(branch.security)}</td></tr>
`;
  });
  return html`<section id="support"><h2>Support</h2>
<table class="support"><thead><tr><th scope="col">Version</th><th scope="col">Released</th><th scope="col">Bug fixes until</th><th scope="col">Security fixes until</th></tr></thead><tbody>
${rows}</tbody></table>
<p>Lambda’s <code>${lambda.runtime}</code>, on which the layers run, is patched until ${renderEnd(lambda.deprecated)}. No function
can be created with it from ${formatDay(lambda.createBlocked)} on, and none changed from ${formatDay(lambda.updateBlocked)} on.</p>
<p class="source">Dates from <a href="${php.source}">php.net</a> as of ${php.asOf} and <a href="${lambda.source}">AWS</a> as of ${lambda.asOf}.</p>
</section>
`;
}
