/** What a rule is: its data is the README's table, and the default of every finding. */
export interface RuleDescription {
  /** An error fails the packaging; a single finding may be milder than its rule. */
  readonly severity: Severity;
  /** What the rule finds, as a noun phrase. */
  readonly finds: string;
  /** What to do, in the imperative; `<file>` stands for the file that the finding is about. */
  readonly remedy: string;
}

export type Severity = 'error' | 'warning';

/** The rules by their stable names: layers waive them by name, so none is renamed without a major version. */
export const rules = {
  'bundled-c-library': {
    severity: 'error',
    finds: "A part of glibc. It works only with the loader of its own build, which is the OS's.",
    remedy: "Leave it out: the OS's is used.",
  },
  'duplicate-of-base': {
    severity: 'warning',
    finds: 'A library that a layer below (`base-manifests`) has under another path.',
    remedy: 'Leave it out, unless it has to be another version; then give it a SONAME of its own.',
  },
  'duplicate-soname': {
    severity: 'error',
    finds: 'Two files with one SONAME, of which a process takes the first; a warning where they are equal.',
    remedy: 'Keep one of them, and make any other name a symlink to it.',
  },
  'foreign-path': {
    severity: 'warning',
    finds: 'The path of another distribution in what a program or library loads.',
    remedy: 'Redirect it to a path in /opt, or make sure that nothing needs it and waive the rule.',
  },
  'machine-code': {
    severity: 'error',
    finds: 'Any machine code in a layer with `cpu: any`.',
    remedy: 'Remove it, or package one layer for each CPU.',
  },
  'malformed-elf': {
    severity: 'error',
    finds: 'A file that begins like an ELF file and breaks the format, such as one that is cut off.',
    remedy: 'Build or copy it anew.',
  },
  'missing-library': {
    severity: 'error',
    finds: 'A needed library that neither the layer nor the OS offers where the loader looks.',
    remedy: 'Put it into lib/ of the layer, or build without it.',
  },
  'missing-symbol': {
    severity: 'error',
    finds: 'A symbol of some version that the bundled library with this version does not define.',
    remedy: 'Bundle the library that it was built against, or a newer one.',
  },
  'not-executable': {
    severity: 'error',
    finds: 'A program in `bin/` or `extensions/`, or a `bootstrap`, that cannot be started.',
    remedy: 'chmod +x <file>',
  },
  'not-on-lambda': {
    severity: 'error',
    finds: 'A needed library that the container image has and the real service lacks.',
    remedy: 'Put it into lib/ of the layer, or build without it.',
  },
  'not-stripped': {
    severity: 'warning',
    finds: 'A symbol table or debug information, which only makes the layer larger.',
    remedy: 'strip --strip-unneeded <file>',
  },
  'overwrites-base': {
    severity: 'error',
    finds: 'A path that a layer below (`base-manifests`) has too; a warning where both are equal.',
    remedy: 'Move or rename it. Where it is meant to replace the other, waive the rule for it.',
  },
  'search-path': {
    severity: 'warning',
    finds: 'A DT_RPATH or DT_RUNPATH that is relative, or leads to where Lambda has no libraries.',
    remedy: "patchelf --force-rpath --set-rpath '$ORIGIN/../lib' <file>",
  },
  'set-id': {
    severity: 'error',
    finds: 'A set-uid or set-gid bit. Layers do not keep it, so what needs it fails.',
    remedy: 'chmod ug-s <file>',
  },
  'shadowed-library': {
    severity: 'error',
    finds:
      'A bundled library that is not used: Lambda searches `/lib64` before `/opt/lib`, so it takes a DT_RPATH ' +
      '(a DT_RUNPATH comes too late).',
    remedy:
      "Set a DT_RPATH on it or on the executable (patchelf --force-rpath --set-rpath '$ORIGIN/../lib' <file>), or " +
      "leave the copy out and use the OS's.",
  },
  'symbol-version': {
    severity: 'error',
    finds:
      'A symbol version that the OS, or the bundled library, does not have; a warning where the loader goes on ' +
      'without it.',
    remedy: 'Build it on an older system, or bind the symbol to an older version with .symver.',
  },
  symlink: {
    severity: 'error',
    finds: 'A symlink to nothing, in a circle, or out of the layer to what Lambda is not known to have.',
    remedy: 'Put its target into the layer, or remove the link.',
  },
  'unknown-symbol-version': {
    severity: 'error',
    finds: 'A symbol version of which nothing says that the OS has it.',
    remedy: "Put the library into the layer, or build against the OS's own.",
  },
  'world-writable': {
    severity: 'error',
    finds: 'A file that everybody may change.',
    remedy: 'chmod o-w <file>',
  },
  'wrong-interpreter': {
    severity: 'error',
    finds: "A program for another loader than Lambda's, such as musl's: it does not start.",
    remedy: 'Build it against glibc, or statically.',
  },
  'wrong-machine': {
    severity: 'error',
    finds: 'Machine code of another CPU.',
    remedy: 'Build it for the layer\'s CPU, or give the right one as input "cpu".',
  },
} as const satisfies Readonly<Record<string, RuleDescription>>;

export type Rule = keyof typeof rules;

export const ruleNames = Object.keys(rules) as readonly Rule[];
