/** What a visitor looks for; kept in the address after `#`, so that it can be sent to somebody. */
export interface Choice {
  /** Such as `8.2`. */
  readonly php: string;
  readonly kind: string;
  readonly cpu: string;
  readonly region: string;
}

export const choiceNames = ['php', 'kind', 'cpu', 'region'] as const satisfies readonly (keyof Choice)[];

/** The values that each part of a choice may have. */
export type Options = Readonly<Record<keyof Choice, readonly string[]>>;

export interface HashRead {
  readonly choice: Partial<Choice>;
  /** Parts whose value the page does not have, such as `region=eu-west-9`. */
  readonly unknown: readonly string[];
}

/** Reads `#php=8.2&kind=fpm&cpu=arm&region=eu-west-3`, or any part of it. */
export function readHash(hash: string, options: Options): HashRead {
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

/** A layer as the page's markup has it; a layer without a PHP version goes with each. */
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

/** How long until a day is over, in words; `date` is such as `2026-12-31`. Nothing where it is far away. */
export function describeEnd(date: string, now: Date): string | undefined {
  const days = Math.ceil((Date.parse(`${date}T23:59:59Z`) - now.getTime()) / 86_400_000);
  if (days <= 0) return 'over';
  if (days > 365) return undefined;
  return days === 1 ? 'ends today' : `${days} days left`;
}
