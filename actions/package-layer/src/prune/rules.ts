/** What a layer never needs: files that only those read who compile against a library, or a person. */
export interface PruneRule {
  readonly name: string;
  /** Of the path in the layer. */
  readonly path: RegExp;
  /** What the file must contain in its first 512 bytes, where the name alone would prove too little. */
  readonly content?: string;
  readonly unless?: RegExp;
}

/**
 * The folders are those of `--prefix=/opt`. Below them, what belongs to a language's own packages (`python/`,
 * `nodejs/`, `share/R` …) is left alone: such a package may open any file of its own.
 */
export const pruneRules: readonly PruneRule[] = [
  { name: 'static archive', path: /\.a$/, content: '!<arch>\n' },
  // Only beside the libraries: in folders of plug-ins, libltdl opens a plug-in by its .la file.
  { name: 'libtool archive', path: /^lib(64)?\/[^/]+\.la$/, content: 'libtool library file' },
  { name: 'header', path: /^include\// },
  { name: 'pkg-config file', path: /^(lib(64)?|share)\/pkgconfig\// },
  { name: 'CMake file', path: /^(lib(64)?|share)\/cmake\// },
  { name: 'Autoconf macro', path: /^share\/aclocal\// },
  { name: 'manual page', path: /^(share\/)?(man|info)\// },
  // No program may depend on what lies there (Debian Policy 12.3). What licences demand to be handed on stays.
  {
    name: 'documentation',
    path: /^share\/(doc|gtk-doc)\//,
    unless: /(^|\/)(copyright|copying|licen[cs]e|notice|authors)[^/]*$/i,
  },
];
