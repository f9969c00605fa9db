import { readFileSync } from 'node:fs';
import { type CollectionTag, parse, type ScalarTag, type YAMLSeq } from 'yaml';

/** Reads a CloudFormation template, with its short functions resolved by the parameters. */
export function readTemplate(path: string, parameters: Readonly<Record<string, string>>) {
  const lookUp = (name: string, more: Readonly<Record<string, string>> = {}): string => {
    const value = more[name] ?? parameters[name];
    if (value === undefined) throw new Error(`${path} has no value for the parameter ${name}.`);
    return value;
  };
  const substitute = (text: string, more?: Readonly<Record<string, string>>) =>
    text.replaceAll(/\$\{([\w:]+)\}/g, (_match, name: string) => lookUp(name, more));
  const scalar = (tag: string, resolve: (text: string) => string): ScalarTag => ({ tag, resolve });
  const sequence = (tag: string, call: (args: never) => unknown): CollectionTag => ({
    tag,
    collection: 'seq',
    resolve: (value) => call((value as YAMLSeq).toJSON() as never),
  });
  const customTags = [
    scalar('!Ref', (name) => lookUp(name)),
    scalar('!Sub', (text) => substitute(text)),
    scalar('!GetAtt', (text) => text),
    sequence('!Sub', ([text, more]: [string, Record<string, string>]) => substitute(text, more)),
    sequence('!Split', ([separator, text]: [string, string]) => text.split(separator)),
    sequence('!Select', ([index, list]: [number, readonly string[]]) => list[index]),
  ];
  return parse(readFileSync(path, 'utf8'), { customTags });
}

type Operator = 'StringEquals' | 'StringLike';
type Conditions = Readonly<Partial<Record<Operator, Readonly<Record<string, string | readonly string[]>>>>>;

const operators: Readonly<Record<Operator, (value: string, pattern: string) => boolean>> = {
  StringEquals: (value, pattern) => value === pattern,
  StringLike: (value, pattern) =>
    new RegExp(
      `^${pattern
        .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(value),
};

/** Returns whether a trust policy's conditions accept a token, by the rules of IAM: all keys, and one value of each. */
export function acceptsToken(conditions: Conditions, claims: Readonly<Record<string, string>>): boolean {
  return Object.entries(conditions).every(([operator, keys]) => {
    const matches = operators[operator as Operator];
    if (matches === undefined) throw new Error(`The operator ${operator} is unknown.`);
    return Object.entries(keys).every(([key, patterns]) => {
      const value = claims[key.replace('token.actions.githubusercontent.com:', '')];
      return value !== undefined && [patterns].flat().some((pattern) => matches(value, pattern));
    });
  });
}
