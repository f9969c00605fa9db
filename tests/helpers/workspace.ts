import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import JSZip from 'jszip';
import type { Logger } from '#lib/node/logger.ts';

/** Entries of a zip by name: a file's content and mode (default: 0644), or the target of a symbolic link. */
export type ZipEntries = Readonly<
  Record<
    string,
    string | Buffer | { readonly link: string } | { readonly bytes: string | Buffer; readonly mode: number }
  >
>;

/** A temporary folder that is removed when it is disposed of. */
export interface Workspace extends AsyncDisposable {
  readonly path: string;
  /** Writes a file and its folders, and returns its path. Content other than text and bytes is written as JSON. */
  file(name: string, content: unknown, mode?: number): Promise<string>;
  zip(name: string, entries: ZipEntries): Promise<string>;
}

export async function makeWorkspace(): Promise<Workspace> {
  const path = await mkdtemp(join(tmpdir(), 'layer-tests-'));
  const file: Workspace['file'] = async (name, content, mode = 0o644) => {
    const target = join(path, name);
    await mkdir(dirname(target), { recursive: true });
    const isRaw = typeof content === 'string' || Buffer.isBuffer(content);
    await writeFile(target, isRaw ? content : JSON.stringify(content));
    await chmod(target, mode);
    return target;
  };
  return {
    path,
    file,
    zip: async (name, entries) => file(name, await buildZip(entries)),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function buildZip(entries: ZipEntries): Promise<Buffer> {
  const zip = new JSZip();
  for (const [name, entry] of Object.entries(entries)) {
    const { bytes, mode } =
      typeof entry === 'string' || Buffer.isBuffer(entry)
        ? { bytes: entry, mode: 0o100644 }
        : 'link' in entry
          ? { bytes: entry.link, mode: 0o120777 }
          : entry;
    zip.file(name, bytes, { unixPermissions: mode, createFolders: false, dir: name.endsWith('/') });
  }
  return zip.generateAsync({ type: 'nodebuffer', platform: 'UNIX', compression: 'STORE' });
}

/** Creates a logger that records one line per message, starting with its level. */
export function recordLog(): { readonly log: Logger; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const record = (level: string) => (message: string) => {
    lines.push(`${level} ${message}`);
  };
  const log = {
    debug: record('debug'),
    info: record('info'),
    warning: record('warning'),
    error: record('error'),
    group: async <T>(title: string, work: () => Promise<T>) => {
      lines.push(`group ${title}`);
      return work();
    },
  };
  return { lines, log };
}
