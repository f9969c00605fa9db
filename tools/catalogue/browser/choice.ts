/** A visitor's selection. The address contains it after `#`, so that it can be shared. */
export interface Choice {
  /** PHP version, such as `8.2`. */
  readonly php: string;
  readonly kind: string;
  readonly cpu: string;
  readonly region: string;
}

export const choiceNames = ['php', 'kind', 'cpu', 'region'] as const satisfies readonly (keyof Choice)[];

/** The available values of each part of a choice. */
export type Options = Readonly<Record<keyof Choice, readonly string[]>>;

export interface ParsedHash {
  readonly choice: Partial<Choice>;
  /** Parts whose value is not available, such as `region=eu-west-9`. */
  readonly unknown: readonly string[];
}

/** Reads `#php=8.2&kind=fpm&cpu=arm&region=eu-west-3`. Every part is optional. */
export function readHash(hash: string, options: Options): ParsedHash {
  const choice: { -readonly [Name in keyof Choice]?: string } = {};
  const unknown: string[] = [];
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  for (const name of choiceNames) {
    const value = parameters.get(name);
    if (value === null) continue;
    if (options[name].includes(value)) choice[name] = value;
    else unknown.push(`${name}=${value}`);
  }
  return { choice, unknown };
}

export function formatHash(choice: Choice): string {
  return `#${new URLSearchParams(choiceNames.map((name): [string, string] => [name, choice[name]]))}`;
}

/** A layer in the page's markup. A layer without a PHP version works with every version. */
export interface ListedLayer {
  readonly php: string | undefined;
  readonly kind: string;
  readonly cpu: string;
}

export function isChosen(layer: ListedLayer, { php, kind, cpu }: Choice): boolean {
  return (
    layer.kind === kind &&
    (layer.php === undefined || layer.php === php) &&
    (layer.cpu === 'any' || layer.cpu === cpu)
  );
}

/**
 * Describes the time until the end of a day. Returns undefined if the day is more than a year away.
 *
 * @param date a day such as `2026-12-31`
 */
export function describeEnd(date: string, now: Date): string | undefined {
  const days = Math.ceil((Date.parse(`${date}T23:59:59Z`) - now.getTime()) / 86_400_000);
  if (days <= 0) return 'over';
  if (days > 365) return undefined;
  return days === 1 ? 'ends today' : `${days} days left`;
}
