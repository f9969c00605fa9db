import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { quantile } from '../quantile.ts';
import type { Variant } from './variants.ts';

export interface Workload {
  readonly name: string;
  /** Path in the sandbox. */
  readonly script: string;
  /** Whether its output is the same each time. */
  readonly isDeterministic: boolean;
}

export interface Measurement {
  /** `ours`, or a variant's index. */
  readonly php: string;
  /** Name of a workload, or `start` for a start of PHP, which includes system time. */
  readonly workload: string;
  readonly round: number;
  readonly userSeconds: number;
  readonly peakBytes: number;
}

export interface Size {
  readonly bytes: number;
  readonly deflated: number;
}

/**
 * Renders a Markdown table with our times, and for each variant its time divided by ours (above 1 is slower than ours).
 *
 * @param sizes sizes of PHP, including the library that it shares with php-fpm; ours first
 */
export function renderReport(
  variants: readonly Variant[],
  workloads: readonly Workload[],
  measurements: readonly Measurement[],
  sizes: readonly Size[],
): string {
  const phps = variants.map((_variant, index) => String(index));
  const times = (workload: string) =>
    phps.map((php) => median(ratios(measurements, php, workload, 'userSeconds')));
  const unseen = workloads.filter(({ isDeterministic }) => isDeterministic).map(({ name }) => name);
  const perWorkload = unseen.map(times);
  const columns = phps.map((_php, index) => perWorkload.map((row) => row[index] ?? Number.NaN));
  const [ours, ...others] = sizes;
  const sizeRow = (label: string, key: keyof Size) => [
    label,
    (ours?.[key] ?? Number.NaN).toLocaleString('en'),
    ...others.map((size) => formatRatio(size[key] / (ours?.[key] ?? Number.NaN))),
  ];
  const seconds = (workload: string) => {
    const values = measurements.filter((one) => one.php === 'ours' && one.workload === workload);
    return median(values.map((one) => one.userSeconds));
  };
  const memory = phps.map((php) =>
    geometricMean(unseen.map((name) => median(ratios(measurements, php, name, 'peakBytes')))),
  );
  return renderMarkdownTable(
    ['', 'Ours', ...variants.map(({ name }) => name)],
    [
      ...unseen.map((name, index) => [
        name,
        `${seconds(name).toFixed(3)} s`,
        ...(perWorkload[index] ?? []).map(formatRatio),
      ]),
      ['**geometric mean**', '1', ...columns.map((column) => `**${formatRatio(geometricMean(column))}**`)],
      ['lowest', '', ...columns.map((column) => formatRatio(Math.min(...column)))],
      ...workloads
        .filter(({ isDeterministic }) => !isDeterministic)
        .map(({ name }) => [name, `${seconds(name).toFixed(3)} s`, ...times(name).map(formatRatio)]),
      ['start-up', `${(seconds('start') * 1000).toFixed(1)} ms`, ...times('start').map(formatRatio)],
      ['peak memory', '', ...memory.map(formatRatio)],
      sizeRow('PHP, bytes', 'bytes'),
      sizeRow('PHP, bytes deflated', 'deflated'),
    ],
    { right: [1, ...variants.map((_variant, index) => index + 2)] },
  );
}

/** Returns the ratio of a PHP to ours, for each round. */
function ratios(
  measurements: readonly Measurement[],
  php: string,
  workload: string,
  key: 'userSeconds' | 'peakBytes',
): readonly number[] {
  const measurementsOf = (which: string) =>
    measurements.filter((one) => one.php === which && one.workload === workload);
  const ours = measurementsOf('ours');
  return measurementsOf(php).map(
    (one) => one[key] / (ours.find(({ round }) => round === one.round)?.[key] ?? Number.NaN),
  );
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function formatRatio(ratio: number): string {
  return `${ratio.toFixed(3)}x`;
}
