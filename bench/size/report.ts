import { renderMarkdownTable } from '#lib/report/markdown.ts';

/** A tree as a zip, and what each of its files takes there. Bytes. */
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
  /** The layer as it was made before, zipped as before. */
  readonly baseline: PackedLayer;
  /** Our tree, zipped as before: what the tree itself wins or loses. */
  readonly tree: PackedLayer;
  /** Our tree, as package-layer packs it. */
  readonly ours: PackedLayer;
}

/** Files that take at least this share of a zip have a row of their own. */
const leastShare = 0.004;

/** Markdown: the layers with their ratios, then each layer's files. */
export function renderReport(layers: readonly MeasuredLayer[]): string {
  const head = ['Layer', 'Before: zip', 'Our tree, zipped as before', 'Ours: zip', 'Ratio', 'Unpacked'];
  const rows = layers.map(({ name, baseline, tree, ours }) => [
    name,
    bytes(baseline.size),
    `${bytes(tree.size)} (${ratio(tree.size, baseline.size)})`,
    bytes(ours.size),
    `**${ratio(ours.size, baseline.size)}**`,
    `${bytes(unpacked(ours))} (${ratio(unpacked(ours), unpacked(baseline))})`,
  ]);
  const parts = [renderMarkdownTable(head, rows, { right: [1, 2, 3, 4, 5] })];
  for (const layer of layers) {
    if (layer.ours.files.length > 5) parts.push(`### ${layer.name}\n\n${renderFiles(layer)}`);
  }
  return parts.join('\n\n');
}

function renderFiles({ baseline, ours }: MeasuredLayer): string {
  const before = new Map(baseline.files.map((file) => [file.path, file]));
  const sorted = ours.files.toSorted((left, right) => right.zippedSize - left.zippedSize);
  const large = sorted.filter(({ zippedSize }) => zippedSize >= leastShare * ours.size);
  const small = sorted.slice(large.length);
  const toRow = (name: string, own: Sizes, old: Sizes | undefined): readonly string[] => [
    name,
    bytes(own.size),
    bytes(own.zippedSize),
    `${((own.zippedSize / ours.size) * 100).toFixed(1)} %`,
    old === undefined || old.zippedSize === 0 ? '–' : ratio(own.zippedSize, old.zippedSize),
  ];
  const names = new Set(large.map(({ path }) => path));
  const rest = baseline.files.filter(({ path }) => !names.has(path));
  return renderMarkdownTable(
    ['File', 'Unpacked', 'In the zip', 'Share', 'To before'],
    [
      ...large.map((file) => toRow(`\`${file.path}\``, file, before.get(file.path))),
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

function bytes(count: number): string {
  return count.toLocaleString('en-US');
}
