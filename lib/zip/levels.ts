/** Compression levels: `fast` for pull requests, `best` for published layers. */
export const levels = ['fast', 'best'] as const;
export type Level = (typeof levels)[number];

/**
 * libdeflate's own levels, 1 to 12. Level 6 is smaller than `zip -9` in a fifth of its time. Level 11 is within 1 % of
 * `7z -mx9` in less time than `zip -9`. docs/performance.md has the figures and the reasons against other levels.
 */
export const libdeflateLevels: Readonly<Record<Level, number>> = { fast: 6, best: 11 };
