import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRelease, readAptEntries, readDebianCodename, toStanza } from '#lib/base-os/apt-sources.ts';
import type { Command, Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { DebianOrigin } from './sources.ts';

/**
 * Finds URLs of Debian source archives with apt. apt gets its own package lists, so the machine's apt stays unchanged and
 * root is not needed. Works only on Debian.
 */
export interface DebianArchive extends AsyncDisposable {
  /**
   * Returns the URL of an archive.
   *
   * @throws ActionError if Debian does not have it
   */
  locate(origin: DebianOrigin): Promise<string>;
}

export function openDebianArchive(run: Run): DebianArchive {
  const folders = new Map<string, Promise<string>>();
  return {
    async locate(origin) {
      const opened = folders.get(origin.suite) ?? fetchLists(run, origin.suite);
      folders.set(origin.suite, opened);
      const folder = await opened;
      const { stdout } = await run(printUris(folder, origin));
      const url = findUrl(stdout, origin.file);
      if (url !== undefined) return url;
      throw new ActionError(`Debian ${origin.suite} no longer has ${origin.file} of ${origin.source}.`);
    },
    async [Symbol.asyncDispose]() {
      for (const opened of folders.values()) {
        await opened.then((folder) => rm(folder, { recursive: true, force: true })).catch(() => {});
      }
    },
  };
}

/** Returns the command `apt-get source --print-uris`, which lists downloads without starting them. */
export function printUris(folder: string, { source, suite, version }: DebianOrigin): Command {
  const name = version === undefined ? `${source}/${suite}` : `${source}=${version}`;
  return ['apt-get', ...aptOptions(folder), 'source', '--print-uris', '--only-source', name];
}

/** Returns a file's URL from apt's output, which has lines of `'url' name size hash`. */
export function findUrl(output: string, file: string): string | undefined {
  for (const line of output.split('\n')) {
    const match = /^'([^']+)'\s+(\S+)/.exec(line);
    if (match?.[2] === file) return match[1];
  }
  return undefined;
}

async function fetchLists(run: Run, suite: string): Promise<string> {
  const codename = await readDebianCodename();
  const entry = codename === undefined ? undefined : findRelease(await readAptEntries(), codename);
  if (entry === undefined) {
    throw new ActionError('This machine is not Debian, or its apt has no entry for its own release.');
  }
  const folder = await mkdtemp(join(tmpdir(), 'debian-sources-'));
  try {
    for (const name of ['parts', 'lists/partial', 'cache/archives/partial']) {
      await mkdir(join(folder, name), { recursive: true });
    }
    await writeFile(join(folder, 'parts', 'wanted.sources'), toStanza('deb-src', entry, suite));
    await run(['apt-get', ...aptOptions(folder), 'update']);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function aptOptions(folder: string): readonly string[] {
  const settings = {
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(folder, 'parts'),
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
    // Without this, apt run by root switches to a user that may not read the folder.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
