import type { Logger } from '#lib/node/logger.ts';

/** Creates a logger that only records its lines, for tests to read. */
export function silentLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    debug: () => {},
    info: (message) => lines.push(message),
    warning: (message) => lines.push(`warning: ${message}`),
    error: (message) => lines.push(`error: ${message}`),
    group: (_title, work) => work(),
  };
}
