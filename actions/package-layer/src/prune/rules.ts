/** Files that no layer needs, because only compilers or people read them. */
export interface PruneRule {
  readonly name: string;
  /** Pattern of paths in the layer. */
  readonly path: RegExp;
  /** Text that the first 512 bytes must contain, if the path alone does not prove the kind of file. */
  readonly content?: string;
  /** Pattern of paths that stay. */
  readonly unless?: RegExp;
}

/**
 * `make install` with `--prefix=/opt` fills these folders. Packages of a language (`python/`, `nodejs/`, `share/R` …)
 * lose only static archives, because such a package may open any of its other files.
 */
export const pruneRules: readonly PruneRule[] = [
  { name: 'static archive', path: /\.a$/, content: '!<arch>\n' },
  // Only beside the libraries: libltdl opens plug-ins in other folders by their .la files.
  { name: 'libtool archive', path: /^lib(64)?\/[^/]+\.la$/, content: 'libtool library file' },
  { name: 'header', path: /^include\// },
  { name: 'pkg-config file', path: /^(lib(64)?|share)\/pkgconfig\// },
  { name: 'CMake file', path: /^(lib(64)?|share)\/cmake\// },
  { name: 'Autoconf macro', path: /^share\/aclocal\// },
  { name: 'manual page', path: /^(share\/)?(man|info)\// },
  // No program may depend on files there (Debian Policy 12.3). License texts stay, because they must be passed on.
  {
    name: 'documentation',
    path: /^share\/(doc|gtk-doc)\//,
    unless: /(^|\/)(copyright|copying|licen[cs]e|notice|authors)[^/]*$/i,
  },
];
