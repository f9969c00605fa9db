import { styleText } from 'node:util';

/** Colors a text, or returns it unchanged if the output has no colors. */
export type Paint = (color: 'green' | 'red', text: string) => string;

/**
 * Creates a `Paint` that uses colors only if all streams are terminals and NO_COLOR is not set. GitHub's logs stay plain,
 * even if FORCE_COLOR is set there: its annotations would show the escape codes.
 */
export function createPaint(
  streams: readonly NodeJS.WriteStream[],
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const isTerminal = streams.every((stream) => stream.isTTY);
  const isPlain = !isTerminal || environment.NO_COLOR || environment.GITHUB_ACTIONS === 'true';
  if (isPlain) return (_color, text) => text;
  const [stream = process.stdout] = streams;
  return (color, text) => styleText(color, text, { stream });
}
