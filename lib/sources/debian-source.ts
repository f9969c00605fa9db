import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRelease, readAptEntries, readDebianCodename, toStanza } from '#lib/base-os/apt-sources.ts';
import type { Command, Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { DebianOrigin } from './sources.ts';

/**
 * Finds addresses of Debian source archives by asking apt, with lists of its own: nothing of the machine's apt is
 * changed and root is not needed. Works on Debian only.
 */
export interface DebianArchive extends AsyncDisposable {
  /** The address of an archive, or an ActionError that says why there is none. */
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
      const url = findAddress(stdout, origin.file);
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

/** `apt-get source --print-uris`: what it would download. */
export function printUris(folder: string, { source, suite, version }: DebianOrigin): Command {
  const name = version === undefined ? `${source}/${suite}` : `${source}=${version}`;
  return ['apt-get', ...aptOptions(folder), 'source', '--print-uris', '--only-source', name];
}

/** Picks a file's address from the answer: lines of `'address' name size hash`. */
export function findAddress(answer: string, file: string): string | undefined {
  for (const line of answer.split('\n')) {
    const match = /^'([^']+)'\s+(\S+)/.exec(line);
    if (match?.[2] === file) return match[1];
  }
  return undefined;
}

async function fetchLists(run: Run, suite: string): Promise<string> {
  const codename = await readDebianCodename();
  const entry = codename === undefined ? undefined : findRelease(await readAptEntries(), codename);
  if (entry === undefined) {
    throw new ActionError('This machine is not Debian, or its apt has no entry of its own release.');
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
    // The folder belongs to whoever runs this, so apt must not give up its rights to read it.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
