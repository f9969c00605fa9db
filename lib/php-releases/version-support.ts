import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';

/** Support of a PHP version, from `php-NN/support.json`. All dates are days, such as `2026-12-31`. */
export interface VersionSupport {
  /** Day of the first release. */
  readonly released: string;
  /** Last day of bug fixes. */
  readonly active: string;
  /** Last day of security fixes. */
  readonly security: string;
  /** Known releases that are newer than the pinned one. `npm run upgrade` updates the list. */
  readonly newerReleases: readonly KnownRelease[];
}

/** A release of PHP that php.net announced. */
export interface KnownRelease {
  readonly version: string;
  /** Day of the announcement. */
  readonly date: string;
  /** Whether it fixes security bugs. */
  readonly isSecurity: boolean;
}

export const supportFile = 'support.json';
const dates = ['released', 'active', 'security'] as const;

/**
 * Reads the support dates of a PHP version.
 *
 * @param folder the version's folder
 * @throws ActionError that names the file and the first missing or invalid value
 */
export async function readVersionSupport(folder: string): Promise<VersionSupport> {
  const path = join(folder, supportFile);
  const value = parse(await readText(path), path);
  for (const name of dates) assertDay(isRecord(value) ? value[name] : undefined, name, path);
  const { released, active, security, newerReleases } = value as Record<keyof VersionSupport, unknown>;
  if (String(released) > String(active) || String(active) > String(security)) {
    throw new ActionError(
      `${path}: "released", "active" and "security" must be in this order; got ${released}, ${active}, ${security}.`,
    );
  }
  if (!Array.isArray(newerReleases)) {
    throw new ActionError(
      `${path} must have a list "newerReleases", which may be empty; got ${JSON.stringify(newerReleases)}.`,
    );
  }
  for (const [index, release] of newerReleases.entries()) {
    assertRelease(release, `${path}, release ${index + 1}`);
  }
  return value as VersionSupport;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new ActionError(
      `${path} is missing. Each PHP version states until when it is supported: copy the file of another version, and ` +
        'set the dates of https://www.php.net/supported-versions.php.',
    );
  }
}

function parse(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ActionError(`${path} cannot be read as JSON.`, { cause });
  }
}

function assertRelease(release: unknown, where: string): void {
  const { version, date, isSecurity } = isRecord(release) ? release : {};
  if (typeof version !== 'string' || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new ActionError(
      `${where}: "version" must be a release such as 8.2.36; got ${JSON.stringify(version)}.`,
    );
  }
  assertDay(date, 'date', where);
  if (typeof isSecurity !== 'boolean') {
    throw new ActionError(`${where}: "isSecurity" must be true or false; got ${JSON.stringify(isSecurity)}.`);
  }
}

/** @throws ActionError if the value is not a day such as `2026-12-31` */
export function assertDay(value: unknown, name: string, where: string): void {
  if (typeof value === 'string' && isDay(value)) return;
  throw new ActionError(
    `${where}: "${name}" must be a day such as 2026-12-31; got ${JSON.stringify(value)}.`,
  );
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) && text.length === 10;
}
