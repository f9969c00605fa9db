export const kinds = ['function', 'fpm', 'console'] as const;
export type Kind = (typeof kinds)[number];

/** One runtime in one configuration, which is compared with others of its kind. */
export interface Subject {
  readonly name: string;
  readonly kind: Kind;
  /** Folders whose content is copied into the function's folder, in addition to the handler. */
  readonly folders: readonly string[];
  /** Lines of the function's ini file. */
  readonly ini: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const plain = `${import.meta.dirname}/plain`;

/**
 * Lists the runtimes to compare.
 *
 * @param bref folder in which Composer has installed bref/bref (`composer require bref/bref`); undefined omits it
 */
export function listSubjects(bref: string | undefined): readonly Subject[] {
  const subject = (kind: Kind, name: string, more: Partial<Subject> = {}): Subject => ({
    name,
    kind,
    folders: [],
    ini: [],
    environment: {},
    ...more,
  });
  const brefSubject = (kind: Kind, name: string, environment: Subject['environment'] = {}) =>
    bref === undefined ? [] : [subject(kind, name, { folders: [bref], environment })];
  const plainLoopSubject = (kind: Kind, name: string) =>
    subject(kind, name, { folders: [plain], environment: { KIND: kind } });
  // More events than any measurement sends.
  const kept = { BREF_LOOP_MAX: '100000' };
  const fresh = { BREF_FORK: '0' };
  const noFileCache = ['opcache.file_cache_only = 0', 'opcache.file_cache ='];
  const fileCache = ['opcache.file_cache = /tmp'];
  return [
    // The configuration of Bref's own layers.
    ...brefSubject('function', 'bref/bref, new PHP process', fresh),
    ...brefSubject('function', 'bref/bref'),
    subject('function', 'built in'),
    subject('function', 'built in, new PHP process', { environment: fresh }),
    subject('function', 'built in, new PHP process, no file cache', {
      environment: fresh,
      ini: noFileCache,
    }),
    ...brefSubject('function', 'bref/bref, BREF_LOOP_MAX', kept),
    subject('function', 'built in, BREF_LOOP_MAX', { environment: kept }),
    plainLoopSubject('function', 'plain loop'),
    ...brefSubject('fpm', 'bref/bref'),
    subject('fpm', 'built in'),
    subject('fpm', 'built in, with file cache', { ini: fileCache }),
    subject('fpm', 'built in, no timestamps', { ini: ['opcache.validate_timestamps = 0'] }),
    subject('fpm', 'built in, no opcache', { ini: ['opcache.enable = 0'] }),
    plainLoopSubject('fpm', 'plain loop, no PHP-FPM'),
    ...brefSubject('console', 'bref/bref'),
    subject('console', 'built in'),
    subject('console', 'built in, no file cache', { ini: noFileCache }),
    plainLoopSubject('console', 'plain loop'),
  ];
}

/** Returns an event, as JSON, to which the handler of this kind responds with the given name. */
export function makeEvent(kind: Kind, name: string): string {
  if (kind === 'function') return JSON.stringify({ name });
  if (kind === 'console') return JSON.stringify(name);
  const domainName = 'abc123.lambda-url.eu-west-1.on.aws';
  return JSON.stringify({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/page',
    rawQueryString: `name=${name}`,
    cookies: ['session=0123456789abcdef', 'theme=dark'],
    headers: {
      accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'accept-encoding': 'gzip, deflate, br',
      'accept-language': 'en-GB,en;q=0.5',
      host: domainName,
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      'x-amzn-trace-id': 'Root=1-01234567-0123456789abcdef01234567',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc123',
      domainName,
      http: { method: 'GET', path: '/page', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7' },
      requestId: '01234567-89ab-cdef-0123-456789abcdef',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1767225600000,
    },
    isBase64Encoded: false,
  });
}
