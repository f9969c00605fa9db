import type { AuditedLayer } from './audited-layer.ts';

/** One audit rule: the check, and the text that users see in findings and in package-layer's README. */
export interface Rule {
  /** Stable name, equal to the name of the rule's file. Waivers use it, so renaming a rule needs a major version. */
  readonly name: string;
  /** Severity of the rule's findings. A single finding can be milder. */
  readonly severity: Severity;
  /** Short description for the README, without the name of a file. */
  readonly finds: string;
  /** Fix, in the imperative. `<file>` stands for the file of the finding. */
  readonly remedy: string;
  /** Yields a finding for each violation in the layer, in any order. */
  readonly check: (layer: AuditedLayer) => Iterable<RuleFinding> | AsyncIterable<RuleFinding>;
}

/** `error`: the layer fails on Lambda, and is not packaged. `warning`: it may fail. */
export type Severity = 'error' | 'warning';

/** A violation as its rule reports it. Missing parts come from the rule. */
export interface RuleFinding {
  /** Path in the layer. */
  readonly file: string;
  /** Library, symbol version or path in question. Omitted if the finding is about the file itself. */
  readonly subject?: string;
  /** Description of the problem in whole sentences. */
  readonly message: string;
  readonly severity?: Severity;
  readonly remedy?: string;
  /** Symbols in question, if they are known. */
  readonly symbols?: readonly string[];
}

/** Maximum number of findings that one rule reports about one file, if a file can have very many. */
export const maxFindingsPerFile = 5;
