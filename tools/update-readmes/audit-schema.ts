import { applyEdits, modify } from 'jsonc-parser';

const ruleEnumPath = ['$defs', 'finding', 'properties', 'rule', 'enum'];

/** Returns the text of audit.schema.json with these rule names. Keeps the formatting of the other parts. */
export function replaceRuleNames(schema: string, names: readonly string[]): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return applyEdits(schema, modify(schema, ruleEnumPath, names, { formattingOptions }));
}
