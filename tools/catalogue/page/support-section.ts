import type { Support } from '../data/support.ts';
import { formatDay } from './format.ts';
import { type Html, html } from './html.ts';

/** Renders a last day. The script adds the time until then. */
export function renderEnd(date: string): Html {
  return html`<time datetime="${date}" data-end>${formatDay(date)}</time>`;
}

/** Renders the support dates of Lambda's runtime and of the PHP versions that have layers. */
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
<p>The layers run on Lambda’s <code>${lambda.runtime}</code>. AWS patches it until ${renderEnd(lambda.deprecated)}. Functions with it can no longer
be created from ${formatDay(lambda.createBlocked)}, and no longer updated from ${formatDay(lambda.updateBlocked)}.</p>
<p class="source">Dates from <a href="${php.source}">php.net</a> as of ${php.asOf} and <a href="${lambda.source}">AWS</a> as of ${lambda.asOf}.</p>
</section>
`;
}
