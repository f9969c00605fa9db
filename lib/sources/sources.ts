import { readFile } from 'node:fs/promises';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import type { Signature } from './signature.ts';

/** An archive in Debian: the arguments of `apt-get source`, and the wanted file of the source package. */
export interface DebianOrigin {
  readonly suite: string;
  readonly source: string;
  /** The exact version, needed if the suite has several. */
  readonly version?: string;
  readonly file: string;
}

/** A pinned archive and its mirrors. Every mirror must deliver bytes with the same SHA-256. */
export interface Release {
  readonly version: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly urls: readonly string[];
  readonly debian?: DebianOrigin;
  /** Present if upstream signs its releases. */
  readonly signature?: Signature;
}

/** Upstreams whose announcements `npm run upgrade` can read. */
export const feeds = ['php', 'sqlite', 'pecl'] as const;
export type Feed = (typeof feeds)[number];

/** Results that need an archive: the layers (and all images), or only the dev image. */
export const uses = ['layers', 'dev-image'] as const;
export type Use = (typeof uses)[number];

/** One archive that a build needs. */
export interface Artifact extends Release {
  /** Its file in the build context is `<name>.tar`. tar detects the compression by content. */
  readonly name: string;
  /** Upstream's announcements of releases. `pecl` artifacts for the layers are compiled as PHP extensions. */
  readonly feed: Feed | undefined;
  /** Releases to use if the pinned one cannot be downloaded. The metadata names the release that was built. */
  readonly substitutes: readonly Release[];
  readonly use: Use;
  /** Whether the build continues if the archive cannot be downloaded. The Dockerfile must then do without it. */
  readonly isOptional: boolean;
}

/**
 * Reads and checks a `sources.json`.
 *
 * @throws ActionError naming the file, the artifact and the rule
 */
export async function readSources(path: string): Promise<readonly Artifact[]> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ActionError(`${path} cannot be read as JSON.`, { cause });
  }
  const artifacts = isRecord(json) ? json.artifacts : undefined;
  if (!Array.isArray(artifacts) || artifacts.length === 0) {
    throw new ActionError(`${path} must have a list "artifacts" with at least one entry.`);
  }
  return artifacts.map((artifact, index) => toArtifact(artifact, `${path}, artifact ${index + 1}`));
}

function toArtifact(value: unknown, where: string): Artifact {
  if (!isRecord(value)) throw new ActionError(`${where} must be an object.`);
  const name = requireText(value, 'name', where);
  if (!/^[a-z0-9-]+$/.test(name))
    throw new ActionError(
      `${where}: "name" must consist of lower-case letters, digits and hyphens; got "${name}".`,
    );
  const substitutes = Array.isArray(value.substitutes) ? value.substitutes : [];
  return {
    name,
    ...toRelease(value, `${where} (${name})`),
    feed: toFeed(value.feed, `${where} (${name})`),
    substitutes: substitutes.map((substitute: unknown) =>
      toRelease(substitute, `${where} (${name}, substitute)`),
    ),
    use: toUse(value.use, `${where} (${name})`),
    isOptional: toFlag(value.optional, `${where} (${name})`),
  };
}

function toUse(value: unknown, where: string): Use {
  if (value === undefined) return 'layers';
  const use = uses.find((known) => known === value);
  if (use !== undefined) return use;
  throw new ActionError(`${where}: "use" must be one of ${uses.join(', ')}; got ${JSON.stringify(value)}.`);
}

function toFlag(value: unknown, where: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw new ActionError(`${where}: "optional" must be true or false; got ${JSON.stringify(value)}.`);
}

function toFeed(value: unknown, where: string): Feed | undefined {
  if (value === undefined) return undefined;
  const feed = feeds.find((known) => known === value);
  if (feed !== undefined) return feed;
  throw new ActionError(`${where}: "feed" must be one of ${feeds.join(', ')}; got ${JSON.stringify(value)}.`);
}

function toRelease(value: unknown, where: string): Release {
  if (!isRecord(value)) throw new ActionError(`${where} must be an object.`);
  const { sha256 } = value;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new ActionError(
      `${where}: "sha256" must be 64 lower-case hexadecimal digits; got ${JSON.stringify(sha256)}. ` +
        'An archive without a hash is never built. Run `npm run upgrade`, which adds it.',
    );
  }
  const urls: readonly unknown[] = Array.isArray(value.urls) ? value.urls : [];
  const debian = isRecord(value.debian) ? toDebianOrigin(value.debian, where) : undefined;
  if (urls.length === 0 && debian === undefined) {
    throw new ActionError(`${where} must have "urls" or "debian".`);
  }
  return {
    version: requireText(value, 'version', where),
    sha256,
    urls: urls.map((url) => {
      if (typeof url === 'string' && URL.canParse(url)) return url;
      throw new ActionError(`${where}: "urls" must contain only URLs; got ${JSON.stringify(url)}.`);
    }),
    ...(debian !== undefined && { debian }),
    ...(value.signature !== undefined && { signature: toSignature(value.signature, where) }),
  };
}

function toSignature(value: unknown, where: string): Signature {
  if (!isRecord(value))
    throw new ActionError(`${where}: "signature" must be an object with "keys" and, if committed, "file".`);
  const keys: readonly unknown[] = Array.isArray(value.keys) ? value.keys : [];
  if (keys.length === 0)
    throw new ActionError(`${where}: "signature" must have a list "keys" with at least one fingerprint.`);
  return {
    file: value.file === undefined ? undefined : requireText(value, 'file', where),
    keys: keys.map((key) => {
      if (typeof key === 'string' && /^[0-9A-F]{40}$/.test(key)) return key;
      throw new ActionError(
        `${where}: each key must be a fingerprint of 40 upper-case hexadecimal digits; got ${JSON.stringify(key)}.`,
      );
    }),
  };
}

function toDebianOrigin(value: Record<string, unknown>, where: string): DebianOrigin {
  return {
    suite: requireText(value, 'suite', where),
    source: requireText(value, 'source', where),
    file: requireText(value, 'file', where),
    ...(typeof value.version === 'string' && { version: value.version }),
  };
}

function requireText(value: Record<string, unknown>, name: string, where: string): string {
  const text = value[name];
  if (typeof text !== 'string' || text === '')
    throw new ActionError(`${where} must have a non-empty string "${name}".`);
  return text;
}
