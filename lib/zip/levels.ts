/** How much time is spent on size: `fast` for trying out, `best` for what is published. */
export const levels = ['fast', 'best'] as const;
export type Level = (typeof levels)[number];

/**
 * libdeflate's own levels, 1 to 12: 6 is smaller than `zip -9` in a fifth of its time, 11 within 1 % of `7z -mx9` in
 * less time than `zip -9`. Figures, and why not the others: docs/performance.md.
 */
export const libdeflateLevels: Readonly<Record<Level, number>> = { fast: 6, best: 11 };
