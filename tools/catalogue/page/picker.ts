import type { CatalogueLayer } from '../data/layers.ts';
import { type Html, html } from './html.ts';

/** The options of the form, in display order. */
export interface Picks {
  readonly php: readonly string[];
  readonly kinds: readonly string[];
  readonly cpus: readonly string[];
  readonly regions: readonly string[];
}

const firstKinds = ['function', 'fpm', 'console'];

/** Lists the options that at least one layer has. The newest PHP comes first, and regions are sorted by name. */
export function listPicks(layers: readonly CatalogueLayer[]): Picks {
  const kinds = distinct(layers.map(({ kind }) => kind));
  return {
    php: distinct(layers.flatMap(({ php }) => php ?? [])).sort((left, right) =>
      right.localeCompare(left, 'en', { numeric: true }),
    ),
    kinds: [
      ...firstKinds.filter((kind) => kinds.includes(kind)),
      ...kinds.filter((kind) => !firstKinds.includes(kind)).sort(),
    ],
    cpus: ['x86', 'arm'].filter((name) => layers.some(({ cpu }) => cpu === name || cpu === 'any')),
    regions: distinct(layers.flatMap(({ versions }) => versions.map(({ region }) => region))).sort(),
  };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

const cpuLabels: Readonly<Record<string, string>> = { x86: 'x86_64', arm: 'arm64' };
const kindLabels: Readonly<Record<string, string>> = { function: 'Function', fpm: 'FPM', console: 'Console' };

/** Areas by the first part of a region's name: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html. */
const areas: readonly (readonly [title: string, prefixes: readonly string[]])[] = [
  ['Europe', ['eu', 'eusc']],
  ['Americas', ['us', 'ca', 'sa', 'mx']],
  ['Asia Pacific', ['ap']],
  ['Africa and Middle East', ['af', 'il', 'me']],
  ['China', ['cn']],
];

/** Renders the form. It is hidden until the script runs, because it does nothing without the script. */
export function renderPicker({ php, kinds, cpus, regions }: Picks): Html {
  return html`<form class="picker" data-script hidden aria-label="Choose a layer">
${radios('PHP', 'php', php, (value) => value)}
${radios('Kind', 'kind', kinds, (value) => kindLabels[value] ?? value)}
${radios('CPU', 'cpu', cpus, (value) => cpuLabels[value] ?? value)}
<div class="field"><label for="region">Region</label>
<select id="region" name="region" autocomplete="off">${groupRegions(regions).map(
    ([title, names]) =>
      html`<optgroup label="${title}">${names.map(
        (name) => html`<option${name === 'us-east-1' ? html` selected` : html``}>${name}</option>`,
      )}</optgroup>`,
  )}</select></div>
</form>`;
}

function radios(
  legend: string,
  name: string,
  values: readonly string[],
  label: (value: string) => string,
): Html {
  return html`<fieldset class="field"><legend>${legend}</legend><div class="radios">${values.map(
    (value, index) =>
      html`<label><input type="radio" name="${name}" value="${value}" autocomplete="off"${index === 0 ? html` checked` : html``}><span>${label(value)}</span></label>`,
  )}</div></fieldset>`;
}

function groupRegions(regions: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  const grouped = areas.map(([title, prefixes]) => {
    const names = regions.filter((region) => prefixes.some((prefix) => region.startsWith(`${prefix}-`)));
    return [title, names] as const;
  });
  return grouped.filter(([, names]) => names.length > 0);
}
