import { renderMarkdownTable } from '#lib/report/markdown.ts';

/** Sizes of a zip and of its files, in bytes. */
export interface PackedLayer {
  readonly size: number;
  readonly files: readonly PackedFile[];
}

export interface PackedFile {
  readonly path: string;
  readonly size: number;
  readonly zippedSize: number;
}

export interface MeasuredLayer {
  readonly name: string;
  /** The baseline's tree, zipped like the layers that this suite replaces. */
  readonly baseline: PackedLayer;
  /** Our tree, zipped like the baseline. Shows the effect of the tree alone. */
  readonly tree: PackedLayer;
  /** Our tree, packed by package-layer. */
  readonly ours: PackedLayer;
}

/** Files with at least this share of a zip get their own row. */
const minimumShare = 0.004;

/** Renders Markdown tables of the layers with their ratios, and of each layer's files. */
export function renderReport(layers: readonly MeasuredLayer[]): string {
  const head = [
    'Layer',
    'Baseline: zip',
    'Our tree, zipped like the baseline',
    'Ours: zip',
    'Ratio',
    'Unpacked',
  ];
  const rows = layers.map(({ name, baseline, tree, ours }) => [
    name,
    formatNumber(baseline.size),
    `${formatNumber(tree.size)} (${ratio(tree.size, baseline.size)})`,
    formatNumber(ours.size),
    `**${ratio(ours.size, baseline.size)}**`,
    `${formatNumber(unpacked(ours))} (${ratio(unpacked(ours), unpacked(baseline))})`,
  ]);
  const parts = [renderMarkdownTable(head, rows, { right: [1, 2, 3, 4, 5] })];
  for (const layer of layers) {
    if (layer.ours.files.length > 5) parts.push(`### ${layer.name}\n\n${renderFiles(layer)}`);
  }
  return parts.join('\n\n');
}

function renderFiles({ baseline, ours }: MeasuredLayer): string {
  const baselineFiles = new Map(baseline.files.map((file) => [file.path, file]));
  const sorted = ours.files.toSorted((left, right) => right.zippedSize - left.zippedSize);
  const large = sorted.filter(({ zippedSize }) => zippedSize >= minimumShare * ours.size);
  const small = sorted.slice(large.length);
  const toRow = (name: string, own: Sizes, other: Sizes | undefined): readonly string[] => [
    name,
    formatNumber(own.size),
    formatNumber(own.zippedSize),
    `${((own.zippedSize / ours.size) * 100).toFixed(1)} %`,
    other === undefined || other.zippedSize === 0 ? '–' : ratio(own.zippedSize, other.zippedSize),
  ];
  const names = new Set(large.map(({ path }) => path));
  const rest = baseline.files.filter(({ path }) => !names.has(path));
  return renderMarkdownTable(
    ['File', 'Unpacked', 'In the zip', 'Share', 'To the baseline'],
    [
      ...large.map((file) => toRow(`\`${file.path}\``, file, baselineFiles.get(file.path))),
      toRow(`${small.length} smaller files`, sum(small), sum(rest)),
    ],
    { right: [1, 2, 3, 4] },
  );
}

type Sizes = Omit<PackedFile, 'path'>;

function sum(files: readonly Sizes[]): Sizes {
  return {
    size: files.reduce((total, { size }) => total + size, 0),
    zippedSize: files.reduce((total, { zippedSize }) => total + zippedSize, 0),
  };
}

function unpacked({ files }: PackedLayer): number {
  return sum(files).size;
}

function ratio(part: number, whole: number): string {
  return `${(part / whole).toFixed(3)}x`;
}

function formatNumber(count: number): string {
  return count.toLocaleString('en-US');
}
