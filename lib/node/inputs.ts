import * as core from '@actions/core';
import { InputError } from './errors.ts';

/**
 * One small function per kind of input. Each reads `INPUT_<NAME>` as GitHub sets it (action.yml's defaults applied)
 * and throws an InputError that names the input, the rule and the value.
 */
export function text(name: string): string {
  const value = core.getInput(name);
  if (value === '') throw new InputError(name, 'is required', value);
  return value;
}

/** As `text`; GitHub's log hides the value from here on. */
export function secret(name: string): string {
  const value = text(name);
  if (process.env.GITHUB_ACTIONS === 'true') core.setSecret(value);
  return value;
}

/** The value, or undefined where the input was left empty. */
export function optionalText(name: string): string | undefined {
  const value = core.getInput(name);
  return value === '' ? undefined : value;
}

export function oneOf<const T extends string>(name: string, allowed: readonly T[]): T {
  const value = core.getInput(name);
  const match = allowed.find((candidate) => candidate === value);
  if (match === undefined) throw new InputError(name, `must be one of ${allowed.join(', ')}`, value);
  return match;
}

/** `true` or `false`, in lower case, as YAML writes them. */
export function flag(name: string): boolean {
  return oneOf(name, ['true', 'false']) === 'true';
}

/** A whole number within bounds, both included. */
export function integer(name: string, minimum: number, maximum: number): number {
  const value = core.getInput(name);
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < minimum || number > maximum) {
    throw new InputError(name, `must be a whole number from ${minimum} to ${maximum}`, value);
  }
  return number;
}

/** Items separated by line breaks, commas or blanks; never empty. */
export function list(name: string): readonly string[] {
  const items = optionalList(name);
  if (items.length === 0) throw new InputError(name, 'must list at least one item', '');
  return items;
}

/** As `list`, but may be empty. */
export function optionalList(name: string): readonly string[] {
  return core
    .getInput(name)
    .split(/[\s,]+/)
    .filter((item) => item !== '');
}

/** Lines of the form `NAME=value`; the value is all that follows the first `=`. */
export function assignments(name: string): Readonly<Record<string, string>> {
  const lines = core.getMultilineInput(name);
  const pairs = lines.map((line) => {
    const [, variable, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (variable === undefined || value === undefined) {
      throw new InputError(name, 'must have lines of the form NAME=value', line);
    }
    return [variable, value] as const;
  });
  return Object.fromEntries(pairs);
}
