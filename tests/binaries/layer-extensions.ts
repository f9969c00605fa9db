/** Extensions that our layers load (docs/extensions.md), in an order in which each comes after the extensions that it needs. */
const loadedExtensions = [
  ...[
    'mysqlnd',
    'pdo',
    'xml',
    'dom',
    'simplexml',
    'bcmath',
    'ctype',
    'curl',
    'exif',
    'ffi',
    'fileinfo',
    'ftp',
  ],
  ...[
    'gettext',
    'iconv',
    'mbstring',
    'mysqli',
    'pcntl',
    'pdo_mysql',
    'pdo_pgsql',
    'pdo_sqlite',
    'phar',
    'posix',
  ],
  ...[
    'readline',
    'soap',
    'sockets',
    'sodium',
    'sqlite3',
    'tokenizer',
    'xmlreader',
    'xmlwriter',
    'xsl',
    'zip',
  ],
];

/** Extensions that our layers contain and do not load. redis must not need other extensions, so it is compiled. */
const optionalExtensions = ['apcu', 'intl', 'redis'];

export interface LayerExtensions {
  /** Names of extensions that php.ini loads. */
  readonly loaded: readonly string[];
  /** Paths of all extensions of the layer, by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** Selects the extensions of a layer from the files of binaries. The others are part of PHP, or missing. */
export function selectExtensions(available: ReadonlyMap<string, string>): LayerExtensions {
  const wanted = ['opcache', ...loadedExtensions, ...optionalExtensions];
  return {
    loaded: loadedExtensions.filter((name) => available.has(name)),
    files: new Map(
      wanted
        .flatMap((name) => [[name, available.get(name)] as const])
        .filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}
