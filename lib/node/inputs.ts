import * as core from '@actions/core';
import { InputError } from './errors.ts';

// One small function per kind of input. Each reads `INPUT_<NAME>` as a workflow runner sets it, with the default of
// action.yml applied, and throws an InputError if the value breaks the rule.

/** Reads an input that must not be empty. */
export function text(name: string): string {
  const value = core.getInput(name);
  if (value === '') throw new InputError(`Input "${name}" is required.`);
  return value;
}

/** Like `text`, but also makes GitHub mask the value in the log from then on. */
export function secret(name: string): string {
  const value = text(name);
  if (process.env.GITHUB_ACTIONS === 'true') core.setSecret(value);
  return value;
}

/** Returns the value, or undefined if the input is empty. */
export function optionalText(name: string): string | undefined {
  const value = core.getInput(name);
  return value === '' ? undefined : value;
}

/**
 * Like `text`, but the value must match a pattern.
 *
 * @param explain the whole error sentence for the rejected value, which is passed in quotes
 */
export function matching(name: string, pattern: RegExp, explain: (got: string) => string): string {
  const value = text(name);
  if (!pattern.test(value)) throw new InputError(explain(JSON.stringify(value)));
  return value;
}

export function oneOf<const T extends string>(name: string, allowed: readonly T[]): T {
  const value = core.getInput(name);
  const match = allowed.find((candidate) => candidate === value);
  if (match === undefined) {
    throw new InputError(
      `Input "${name}" must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}.`,
    );
  }
  return match;
}

/** Reads `true` or `false`, in lower case. */
export function flag(name: string): boolean {
  return oneOf(name, ['true', 'false']) === 'true';
}

/** Reads a whole number between two bounds, which are included. */
export function integer(name: string, minimum: number, maximum: number): number {
  const value = core.getInput(name);
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < minimum || number > maximum) {
    throw new InputError(
      `Input "${name}" must be a whole number from ${minimum} to ${maximum}; got ${JSON.stringify(value)}.`,
    );
  }
  return number;
}

/** Reads one or more items, separated by commas or white space. */
export function list(name: string): readonly string[] {
  const items = optionalList(name);
  if (items.length === 0) throw new InputError(`Input "${name}" must list at least one item.`);
  return items;
}

/** Like `list`, but the list may be empty. */
export function optionalList(name: string): readonly string[] {
  return core
    .getInput(name)
    .split(/[\s,]+/)
    .filter((item) => item !== '');
}

/** Reads lines of the form `NAME=value`. The value is everything after the first `=`. */
export function assignments(name: string): Readonly<Record<string, string>> {
  const lines = core.getMultilineInput(name);
  const pairs = lines.map((line) => {
    const [, variable, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (variable === undefined || value === undefined) {
      throw new InputError(
        `Input "${name}" must have lines of the form NAME=value; got ${JSON.stringify(line)}.`,
      );
    }
    return [variable, value] as const;
  });
  return Object.fromEntries(pairs);
}
