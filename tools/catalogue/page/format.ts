const mebibyte = 1024 * 1024;

/** Formats a size as `28.3 MiB`, or in bytes if it is small. AWS writes MB but means MiB in Lambda's limits. */
export function formatSize(bytes: number): string {
  if (bytes < 10_000) return `${bytes} bytes`;
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}

const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** Formats `2026-12-31` as `31 Dec 2026`. */
export function formatDay(date: string): string {
  return day.format(new Date(`${date}T00:00:00Z`));
}
