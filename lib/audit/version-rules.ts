import type { ElfFile } from '#lib/elf/elf.ts';
import type { VersionNeed } from '#lib/elf/symbol-versions.ts';
import { type Finding, findingOf } from './findings.ts';
import type { LayerObject, Resolution } from './loader.ts';
import type { Policy } from './policy.ts';
import type { Severity } from './rules.ts';

/** An object of the layer itself, of which everything is known. */
type OwnObject = LayerObject & { readonly elf: Pick<ElfFile, 'versionNeeds'> };

/**
 * Every symbol version that an object needs, against the library that it really gets. The loader refuses an object
 * of which one version is missing, before a line of it runs; a weak need it only warns about (glibc,
 * elf/dl-version.c). `libraries` are all that the layer and those below it have.
 */
export function checkVersions(
  object: OwnObject,
  resolutions: readonly Resolution[],
  policy: Policy,
  libraries: readonly LayerObject[],
): readonly Finding[] {
  const ways = Map.groupBy(resolutions, ({ name }) => name);
  return object.elf.versionNeeds.flatMap((need) => {
    const found = ways.get(need.library);
    if (found === undefined) return checkOffer(object, need, policy);
    return found.flatMap((way) => {
      if (way.found.kind === 'os') return checkOffer(object, need, policy);
      return way.found.kind === 'layer' ? checkBundled(object, need, way.found.object, libraries) : [];
    });
  });
}

function checkOffer({ path }: OwnObject, need: VersionNeed, policy: Policy): readonly Finding[] {
  const { library, version } = need;
  const verdict = policy.judgeVersion(library, version);
  const about = { ...describe(path, need), severity: severityOf(need) };
  switch (verdict.kind) {
    case 'offered':
      return [];
    case 'too-new': {
      const message = `${who(need)} ${version} of ${library}, and ${policy.runtime} has ${verdict.newest} at most.`;
      return [findingOf('symbol-version', { ...about, message })];
    }
    case 'absent': {
      const message = `${who(need)} ${version}, which ${policy.runtime}'s ${library} does not define.`;
      return [findingOf('symbol-version', { ...about, message })];
    }
    case 'unversioned': {
      const message =
        `${policy.runtime}'s ${library} has no symbol versions, and it was built against one that has; ` +
        'the loader writes a warning to the log.';
      return [findingOf('symbol-version', { ...about, severity: 'warning', message })];
    }
    case 'unknown': {
      const message = `${who(need)} ${version} of ${library}, and nothing says that ${policy.runtime} has it.`;
      return [findingOf('unknown-symbol-version', { ...about, message })];
    }
  }
}

function checkBundled(
  { path }: OwnObject,
  need: VersionNeed,
  library: LayerObject,
  libraries: readonly LayerObject[],
): readonly Finding[] {
  const { versionDefinitions } = library.elf;
  const about = describe(path, need);
  const owner = library.base === undefined ? "the layer's" : `${library.base}'s`;
  const remedy = 'Use the library that it was built against.';
  if (versionDefinitions.includes(need.version)) return checkSymbols(path, need, library, libraries);
  if (versionDefinitions.length === 0) {
    const message =
      `${owner} ${library.path} has no symbol versions, and it was built against one that has; ` +
      'the loader writes a warning to the log.';
    return [
      findingOf('symbol-version', { ...about, severity: 'warning', message: capitalize(message), remedy }),
    ];
  }
  const message = `${who(need)} ${need.version}, which ${owner} ${library.path} does not define.`;
  return [findingOf('symbol-version', { ...about, severity: severityOf(need), message, remedy })];
}

/**
 * A version may be there without the symbol: builds of libcurl, for one, have the same version for all of its functions,
 * old and new. The loader looks for the symbol in the whole process, so another library may have it.
 */
function checkSymbols(
  file: string,
  { version, symbols }: VersionNeed,
  library: LayerObject,
  libraries: readonly LayerObject[],
): readonly Finding[] {
  if (library.elf.defines === undefined) return [];
  const missing = symbols.filter((symbol) => !libraries.some(({ elf }) => elf.defines?.(symbol, version)));
  if (missing.length === 0) return [];
  return [
    findingOf('missing-symbol', {
      file,
      subject: `${library.elf.soname ?? library.path} ${list(missing)}`,
      message: `It needs ${list(missing)} of version ${version}, which ${library.path} does not define.`,
      symbols: missing.slice(0, mostSymbols),
    }),
  ];
}

/** So many names tell what it is about; a large program may use hundreds. */
const mostSymbols = 20;

function describe(file: string, { library, version, symbols }: VersionNeed) {
  const subject = `${library} ${version}`;
  return { file, subject, ...(symbols.length > 0 && { symbols: symbols.slice(0, mostSymbols) }) };
}

/** `hypot, log2 and 3 more need`, or `It needs` where no symbol is known. */
function who({ symbols }: VersionNeed): string {
  return symbols.length === 0 ? 'It needs' : `${list(symbols)} ${symbols.length === 1 ? 'needs' : 'need'}`;
}

/** `hypot, log2, pow and 3 more`. */
function list(symbols: readonly string[]): string {
  const named = symbols.slice(0, 3).join(', ');
  return symbols.length > 3 ? `${named} and ${symbols.length - 3} more` : named;
}

function severityOf({ isWeak }: VersionNeed): Severity {
  return isWeak ? 'warning' : 'error';
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
