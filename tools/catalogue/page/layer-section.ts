import type { CatalogueLayer, Extensions, LayerContent } from '../data/layers.ts';
import type { Library } from '../data/libraries.ts';
import type { PublishedVersion } from '../data/published.ts';
import type { Support } from '../data/support.ts';
import { formatSize } from './format.ts';
import { type Html, html, nothing } from './html.ts';
import { renderEnd } from './support-section.ts';

/** The data of a layer's section that is not in the layer itself. */
export interface LayerContext {
  readonly account: string;
  readonly support: Support;
  /** Extensions that this kind of layer loads by default. */
  readonly loaded: ReadonlySet<string>;
}

/** Renders a layer: its contents, and its ARN in every region. */
export function renderLayer(layer: CatalogueLayer, context: LayerContext): Html {
  const { name, php, kind, cpu, content } = layer;
  const attributes = html`id="${name}"${php === undefined ? nothing : html` data-php="${php}"`} data-kind="${kind}" data-cpu="${cpu}"`;
  return html`<section class="layer" ${attributes}>
<h2>${name}</h2>
${content === undefined ? renderUnknown() : renderContent(layer, content, context)}
${renderArns(layer, context.account)}
</section>
`;
}

function renderUnknown(): Html {
  return html`<p class="warning">The contents of this layer are unknown because its manifest is missing.</p>`;
}

const cpuNames: Readonly<Record<string, string>> = { x86: 'x86_64', arm: 'arm64', any: 'any' };

function renderContent(
  layer: CatalogueLayer,
  content: LayerContent,
  { support, loaded }: LayerContext,
): Html {
  const branch = layer.php === undefined ? undefined : support.php.branches[layer.php];
  const { php, baseOs, size, unzippedSize, codeSha256, extensions, libraries } = content;
  return html`<dl class="facts">
${php === undefined ? nothing : fact('PHP', html`${php}`)}
${branch === undefined ? nothing : fact('Security fixes until', renderEnd(branch.security))}
${fact('CPU', html`${cpuNames[layer.cpu] ?? layer.cpu}`)}
${fact('Zip', html`${formatSize(size)}`)}
${fact('Unzipped', html`${formatSize(unzippedSize)}`)}
${baseOs === undefined ? nothing : fact('Base OS', html`${baseOs}`)}
${fact('CodeSha256', html`<code>${codeSha256}</code>`)}
</dl>
${extensions === undefined ? nothing : renderExtensions(extensions, loaded)}
${libraries.length === 0 ? nothing : renderLibraries(libraries)}`;
}

function fact(term: string, value: Html): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
}

function renderExtensions({ static: compiled, shared }: Extensions, loaded: ReadonlySet<string>): Html {
  const on = shared.filter((name) => loaded.has(name));
  const off = shared.filter((name) => !loaded.has(name));
  return html`<h3>Extensions</h3>
<dl class="extensions">
${group('Built in', compiled)}
${group('On', on)}
${group('Off (enable with extension=<name> in php/conf.d)', off)}
</dl>`;
}

function group(title: string, names: readonly string[]): Html {
  return names.length === 0 ? nothing : html`<div><dt>${title}</dt><dd>${names.join(', ')}</dd></div>`;
}

function renderLibraries(libraries: readonly Library[]): Html {
  return html`<h3>Libraries</h3>
<dl class="libraries">${libraries.map(
    ({ name, version }) => html`<div><dt>${name}</dt><dd>${version}</dd></div>`,
  )}</dl>`;
}

function renderArns({ name, versions }: CatalogueLayer, account: string): Html {
  return html`<h3>ARNs by region</h3>
<table class="arns"><thead><tr><th scope="col">Region</th><th scope="col">ARN of ${name}</th></tr></thead><tbody>
${versions.map(
  (
    published,
  ) => html`<tr data-region="${published.region}"><th scope="row">${published.region}</th><td><code>${formatArn(name, account, published)}</code></td></tr>
`,
)}</tbody></table>`;
}

export function formatArn(
  name: string,
  account: string,
  { region, partition, version }: PublishedVersion,
): string {
  return `arn:${partition}:lambda:${region}:${account}:layer:${name}:${version}`;
}
