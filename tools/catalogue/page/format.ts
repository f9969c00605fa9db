const mebibyte = 1024 * 1024;

/** `28.3 MiB`; Lambda's limits are such units, though AWS writes MB. Small files in bytes. */
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

/** `31 Dec 2026` from `2026-12-31`. */
export function formatDay(date: string): string {
  return day.format(new Date(`${date}T00:00:00Z`));
}
