import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One suite in the configuration of a Debian machine's apt. */
export interface AptEntry {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Path of the keyring that signs the suite, if the entry names one. */
  readonly signedBy: string | undefined;
}

/** File in sources.list.d that `make setup` adds. It is not one of the machine's own entries. */
export const ownSourceName = 'aws-lambda-layers.sources';

/**
 * Reads this machine's own apt entries for binary packages. Their mirror also has other suites and source packages, so
 * this project need not name a mirror.
 */
export async function readAptEntries(folder = '/etc/apt'): Promise<readonly AptEntry[]> {
  const parts = join(folder, 'sources.list.d');
  const names = (await readdir(parts).catch(() => [])).filter((name) => name !== ownSourceName);
  const files = [join(folder, 'sources.list'), ...names.sort().map((name) => join(parts, name))];
  const entries: AptEntry[] = [];
  for (const file of files) {
    const content = await readFile(file, 'utf8').catch(() => '');
    if (file.endsWith('.sources')) entries.push(...parseDeb822(content));
    else if (file.endsWith('.list')) entries.push(...parseOneLine(content));
  }
  return entries;
}

/** Returns the codename of this machine's Debian release, such as `bookworm`, or undefined on any other system. */
export async function readDebianCodename(osRelease = '/etc/os-release'): Promise<string | undefined> {
  const content = await readFile(osRelease, 'utf8').catch(() => '');
  // Ubuntu has /etc/debian_version too.
  return /^ID=debian$/m.test(content) ? /^VERSION_CODENAME=(\S+)$/m.exec(content)?.[1] : undefined;
}

/**
 * Returns the entry of the machine's release itself (not of its security or updates suites). If none has the codename,
 * returns the first release entry. apt does not know the codename if a Docker engine from a newer suite is installed:
 * it brings that suite's C library and base-files, which contains os-release.
 */
export function findRelease(entries: readonly AptEntry[], codename: string): AptEntry | undefined {
  const releases = entries.filter(
    ({ suite, components }) => components.includes('main') && /^[a-z]+$/.test(suite),
  );
  return releases.find(({ suite }) => suite === codename) ?? releases[0];
}

/** Returns the same mirror's entry for another suite, as a deb822 stanza. */
export function toStanza(type: 'deb' | 'deb-src', entry: AptEntry, suite: string): string {
  const lines = [`Types: ${type}`, `URIs: ${entry.uri}`, `Suites: ${suite}`, 'Components: main'];
  if (entry.signedBy !== undefined) lines.push(`Signed-By: ${entry.signedBy}`);
  return `${lines.join('\n')}\n`;
}

/** Parses deb822 style (`*.sources`), see sources.list(5). */
export function parseDeb822(content: string): readonly AptEntry[] {
  return content.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const line of stanza.split('\n')) {
      const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (match?.[1] !== undefined) fields.set(match[1].toLowerCase(), match[2]?.trim() ?? '');
    }
    const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || fields.get('enabled') === 'no') return [];
    return words('uris').flatMap((uri) =>
      words('suites').map((suite) => ({
        uri,
        suite,
        components: words('components'),
        signedBy: fields.get('signed-by') || undefined,
      })),
    );
  });
}

/** Parses one-line style (`*.list`): `deb [options] uri suite component…`. */
export function parseOneLine(content: string): readonly AptEntry[] {
  return content.split('\n').flatMap((line) => {
    const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+?)\s*$/.exec(line.replace(/#.*/, ''));
    if (!match) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
    return [{ uri, suite, components: components.split(/\s+/), signedBy }];
  });
}
