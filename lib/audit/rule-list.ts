import type { Rule } from './rule.ts';
import { bundledCLibrary } from './rules/bundled-c-library.ts';
import { duplicateOfBase } from './rules/duplicate-of-base.ts';
import { duplicateSoname } from './rules/duplicate-soname.ts';
import { foreignPath } from './rules/foreign-path.ts';
import { machineCode } from './rules/machine-code.ts';
import { malformedElf } from './rules/malformed-elf.ts';
import { missingLibrary } from './rules/missing-library.ts';
import { missingSymbol } from './rules/missing-symbol.ts';
import { notExecutable } from './rules/not-executable.ts';
import { notOnLambda } from './rules/not-on-lambda.ts';
import { notStripped } from './rules/not-stripped.ts';
import { overwritesBase } from './rules/overwrites-base.ts';
import { searchPath } from './rules/search-path.ts';
import { setId } from './rules/set-id.ts';
import { shadowedLibrary } from './rules/shadowed-library.ts';
import { symbolVersion } from './rules/symbol-version.ts';
import { symlink } from './rules/symlink.ts';
import { undefinedSymbol } from './rules/undefined-symbol.ts';
import { unknownSymbolVersion } from './rules/unknown-symbol-version.ts';
import { worldWritable } from './rules/world-writable.ts';
import { wrongInterpreter } from './rules/wrong-interpreter.ts';
import { wrongMachine } from './rules/wrong-machine.ts';

/** All audit rules, sorted by name. The README and audit.schema.json list them in this order. */
export const rules: readonly Rule[] = [
  bundledCLibrary,
  duplicateOfBase,
  duplicateSoname,
  foreignPath,
  machineCode,
  malformedElf,
  missingLibrary,
  missingSymbol,
  notExecutable,
  notOnLambda,
  notStripped,
  overwritesBase,
  searchPath,
  setId,
  shadowedLibrary,
  symbolVersion,
  symlink,
  undefinedSymbol,
  unknownSymbolVersion,
  worldWritable,
  wrongInterpreter,
  wrongMachine,
];

export const ruleNames: readonly string[] = rules.map(({ name }) => name);
