import { createHash } from 'node:crypto';
import type { Assets } from '../assets.ts';
import type { Differences } from '../data/differences.ts';
import type { CatalogueLayer } from '../data/layers.ts';
import type { Support } from '../data/support.ts';
import { renderDifferences } from './differences-section.ts';
import { Html, html } from './html.ts';
import { renderLayer } from './layer-section.ts';
import { listPicks, renderPicker } from './picker.ts';
import { renderSupport } from './support-section.ts';

export interface PageContent {
  /** AWS account, 12 digits. */
  readonly account: string;
  readonly layers: readonly CatalogueLayer[];
  readonly support: Support;
  readonly differences: Differences;
  /** Extensions that the layers' own ini files load. */
  readonly loaded: ReadonlySet<string>;
  readonly assets: Assets;
}

const repository = 'https://github.com/brefphp/aws-lambda-layers';
const title = 'PHP layers for AWS Lambda';

/** Renders the whole page as one file. It contains no time of creation, so the same content gives the same bytes. */
export function renderPage({ account, layers, support, differences, loaded, assets }: PageContent): string {
  const picks = listPicks(layers);
  const sections = layers.map((layer) => renderLayer(layer, { account, support, loaded }));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${formatPolicy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="description" content="The ARN and the contents of every layer, in every region.">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${new Html(assets.style)}</style>
</head>
<body>
<header><h1>${title}</h1></header>
<main>
${renderPicker(picks)}
<div data-script hidden>
${renderAnswer('arn')}
<div id="lower-layer" hidden><p>This layer needs a layer with PHP. List that layer before it in the function’s configuration:</p>
${renderAnswer('lower-layer-arn')}</div>
<p id="status" role="status"></p>
</div>
<nav data-no-script aria-label="Layers"><ul>${layers.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`)}</ul></nav>
${sections}
${renderSupport(support, picks.php)}
${renderDifferences(differences, repository)}
</main>
<footer><p>Published by account ${account}. See <a href="${repository}">how the layers are built and tested</a>, and <a href="${repository}/blob/main/docs/reproducible.md">how to verify them</a>.</p></footer>
<script>${new Html(assets.script)}</script>
</body>
</html>
`;
  return page.markup;
}

/** Renders the place of the selected ARN. The script fills it in. */
function renderAnswer(id: string): Html {
  return html`<div class="answer"><p id="${id}-title" class="title" aria-live="polite"></p>
<div class="line"><code id="${id}"></code><button type="button" data-copies="${id}" aria-describedby="${id}-title">Copy</button></div></div>`;
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1757a6"/><path d="M5 12l3-5M6 4h1l4 8h1" fill="none" stroke="#fff" stroke-width="1.5"/></svg>';

/** Allows only the style and the script of the page, by their hashes, and no other resource. */
function formatPolicy({ style, script }: Assets): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}
