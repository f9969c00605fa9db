import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isForMachine, machines, nameMachine } from '#lib/audit/machines.ts';
import { createPolicy } from '#lib/audit/policy.ts';
import type { PolicyData, PolicySource } from '#lib/audit/policy-data.ts';
import { type ElfFile, isElf, parseElf } from '#lib/elf/elf.ts';
import { ActionError } from '#lib/node/errors.ts';
import { listedLibraries, mergeExports } from './exports.ts';
import type { OsFacts, OsLibrary } from './os-facts.ts';

/** A source of single libraries of the OS, such as another party's package that contains them. */
export interface LibrarySource {
  /** Folder with the libraries. */
  readonly folder: string;
  readonly source: PolicySource;
  /** CPUs that the symbols are valid for. */
  readonly cpus: readonly OsFacts['architecture'][];
}

/**
 * Returns the source that the options describe. Undefined without `--libraries`.
 *
 * @throws ActionError if an option is missing or wrong
 */
export function readLibrarySource(options: {
  readonly libraries?: string | undefined;
  readonly source?: string | undefined;
  readonly cpu?: string | undefined;
}): LibrarySource | undefined {
  const { libraries: folder, source = '', cpu } = options;
  if (folder === undefined) {
    for (const name of ['source', 'cpu'] as const) {
      if (options[name] !== undefined) throw new ActionError(`Option --${name} needs --libraries FOLDER.`);
    }
    return undefined;
  }
  const [, kind, from] = /^(package|inferred): *(\S.*)$/.exec(source) ?? [];
  if ((kind !== 'package' && kind !== 'inferred') || from === undefined) {
    throw new ActionError(
      `Option --source must be "package: TEXT" or "inferred: TEXT" with the origin of the libraries; got ${JSON.stringify(source)}.`,
    );
  }
  if (cpu !== undefined && cpu !== 'x86_64' && cpu !== 'arm64')
    throw new ActionError(`Option --cpu must be x86_64 or arm64; got ${JSON.stringify(cpu)}.`);
  return { folder, source: { kind, from }, cpus: cpu === undefined ? ['x86_64', 'arm64'] : [cpu] };
}

/**
 * Replaces the exports of the listed libraries that a folder contains. Another distribution's newer build of the same
 * library can be used too: symbols of versions that the OS lacks are left out.
 *
 * @throws ActionError if the folder does not exist, contains none of the listed libraries, or has one for another CPU
 */
export async function mergeLibraries(
  policy: PolicyData,
  { folder, source, cpus }: LibrarySource,
): Promise<PolicyData> {
  const listed = listedLibraries(policy);
  const libraries = new Map<string, OsLibrary>();
  for (const entry of await listEntries(folder)) {
    const path = join(folder, entry.name);
    const content = entry.isFile() ? await readFile(path) : Buffer.alloc(0);
    if (!isElf(content)) continue;
    const elf = parseElf(content);
    const { soname = entry.name, versionDefinitions } = elf;
    if (!listed.includes(soname)) continue;
    if (!cpus.some((cpu) => isForMachine(elf, machineOf[cpu]))) {
      throw new ActionError(
        `${path} must be for ${cpus.join(' or ')}; it is for ${nameMachine(elf)}. Correct the option --cpu or --libraries.`,
      );
    }
    libraries.set(soname, { soname, versionDefinitions, exports: offeredSymbols(policy, soname, elf) });
  }
  if (libraries.size === 0) {
    throw new ActionError(
      `Option --libraries must name a folder with libraries that "exports" lists; ${folder} has none of ${listed.join(', ')}.`,
    );
  }
  return mergeExports(policy, { libraries, cpus, source });
}

const machineOf = { x86_64: machines.x86, arm64: machines.arm };

async function listEntries(folder: string) {
  return await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw new ActionError(`Option --libraries must name a folder; got ${JSON.stringify(folder)}.`, { cause });
  });
}

function offeredSymbols(
  policy: PolicyData,
  library: string,
  { exports, defines, versionDefinitions }: ElfFile,
) {
  const { judgeVersion } = createPolicy(policy, 'x86');
  const offered = versionDefinitions.filter((version) => judgeVersion(library, version).kind !== 'too-new');
  if (defines === undefined || offered.length === versionDefinitions.length) return [...exports];
  return [...exports].filter((symbol) => offered.some((version) => defines(symbol, version)));
}
