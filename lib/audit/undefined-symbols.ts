import type { LayerBinary } from './layer-binary.ts';
import type { LayerObject, Resolution } from './loader.ts';
import type { OsExports } from './os-exports.ts';
import type { Policy } from './policy.ts';
import { isExecutable } from './processes.ts';

/** Symbols of one object that no library is known to define. Symbols with a version are judged by their versions. */
export interface UndefinedSymbols {
  readonly object: LayerBinary;
  /** Symbols that no library of the object's process defines. */
  readonly missing: readonly string[];
  /** Symbols that only a library with unknown symbols may define. */
  readonly unchecked: readonly string[];
  /** Libraries with unknown symbols: names of libraries, `<layer>:<path>`, or `unknownProgram`. */
  readonly unknown: readonly string[];
  /** Libraries that the object itself needs and that the loader finds in the OS. */
  readonly osLibraries: readonly string[];
}

const unknownProgram = 'the program that loads it';

/**
 * Finds symbols that stay undefined. Without a version, a symbol comes from the first object of the process that defines
 * its name (glibc, elf/dl-lookup.c). All objects of the layer count, because PHP loads extensions into the global scope.
 *
 * @param objects objects of the audited layer
 * @param resolutions all results of the loader's search, also of the lower layers' objects
 * @param stacked objects of the layer and its lower layers
 */
export function findUndefinedSymbols(
  objects: readonly LayerBinary[],
  resolutions: readonly Resolution[],
  stacked: readonly LayerObject[],
  policy: Policy,
): readonly UndefinedSymbols[] {
  const definitions = stacked.flatMap(({ elf }) => (elf.exports === undefined ? [] : [elf.exports]));
  const isDefined = memoize((symbol: string) => definitions.some((names) => names.has(symbol)));
  const scopes = createScopes(resolutions, stacked);
  return objects.flatMap((object) => {
    // A hostile file can name one symbol millions of times.
    const open = [...new Set(object.elf.imports)].filter((symbol) => !isDefined(symbol));
    if (open.length === 0) return [];
    const scope = scopes.of(object);
    const missing: string[] = [];
    const unchecked: string[] = [];
    const unknown = new Set<string>();
    const { listed, unlisted } = splitLibraries(policy, object, scope.osLibraries);
    for (const symbol of open) {
      const verdicts = listed.map(([library, exported]) => [library, exported.judge(symbol)] as const);
      if (verdicts.some(([, verdict]) => verdict === 'exported')) continue;
      const maybe = [
        ...scope.unknown,
        ...unlisted,
        ...verdicts.flatMap(([library, verdict]) => (verdict === 'unknown' ? [library] : [])),
      ];
      (maybe.length === 0 ? missing : unchecked).push(symbol);
      for (const library of maybe) unknown.add(library);
    }
    if (missing.length + unchecked.length === 0) return [];
    return [
      {
        object,
        missing: missing.sort(),
        unchecked: unchecked.sort(),
        unknown: [...unknown].sort(),
        osLibraries: object.elf.needed.filter((library) => scope.ownOsLibraries.has(library)),
      },
    ];
  });
}

/**
 * Splits OS libraries into the ones with known exports and the ones that may define any symbol. But the linker gives a symbol
 * the version that the library defines it with. So a symbol without one is not from a library with versions that the
 * file was linked with, and such a library is left out.
 */
function splitLibraries(policy: Policy, { elf }: LayerBinary, libraries: ReadonlySet<string>) {
  const versioned = new Set(elf.versionNeeds.map(({ library }) => library));
  const linked = new Set(elf.needed);
  const listed: (readonly [library: string, exported: OsExports])[] = [];
  const unlisted: string[] = [];
  for (const library of libraries) {
    const exported = policy.exportsOf(library);
    const isVersioned = policy.isCLibrary(library) || versioned.has(library);
    if (exported !== undefined) listed.push([library, exported]);
    else if (!isVersioned || !linked.has(library)) unlisted.push(library);
  }
  return { listed, unlisted };
}

/** Libraries that a process searches for an object's symbols, besides the objects with known symbols. */
interface Scope {
  readonly osLibraries: ReadonlySet<string>;
  /** The part of `osLibraries` that the object's own search finds. */
  readonly ownOsLibraries: ReadonlySet<string>;
  readonly unknown: ReadonlySet<string>;
}

interface Closure {
  readonly objects: ReadonlySet<LayerObject>;
  readonly osLibraries: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
}

function createScopes(
  resolutions: readonly Resolution[],
  stacked: readonly LayerObject[],
): { of(object: LayerBinary): Scope } {
  const byObject = Map.groupBy(resolutions, ({ object }) => object);
  const closureOf = memoize((start: LayerObject) => findClosure(start, byObject));
  const executables = stacked.filter(isExecutable);
  return {
    of: (object) => {
      const programs = findPrograms(object, executables, closureOf);
      const closures = [object, ...programs].map(closureOf);
      const lower = closures
        .flatMap(({ objects }) => [...objects])
        .filter(({ elf }) => elf.exports === undefined)
        .map(({ lowerLayer, path }) => `${lowerLayer}:${path}`);
      return {
        ownOsLibraries: closureOf(object).osLibraries,
        osLibraries: new Set(closures.flatMap(({ osLibraries }) => [...osLibraries])),
        unknown: new Set([
          ...closures.flatMap(({ missing }) => [...missing]),
          ...lower,
          ...(programs.length === 0 ? [unknownProgram] : []),
        ]),
      };
    },
  };
}

/**
 * Returns the executables that load an object. If none needs it, they are the ones that define a symbol for it, as `php`
 * does for extensions, and executables of lower layers, whose symbols are unknown.
 */
function findPrograms(
  object: LayerBinary,
  executables: readonly LayerObject[],
  closureOf: (object: LayerObject) => Closure,
): readonly LayerObject[] {
  const loading = executables.filter((executable) => closureOf(executable).objects.has(object));
  if (loading.length > 0) return loading;
  return executables.filter((executable) =>
    [...closureOf(executable).objects].some(
      ({ elf }) => elf.exports === undefined || object.elf.imports.some((symbol) => elf.exports?.has(symbol)),
    ),
  );
}

function findClosure(start: LayerObject, byObject: ReadonlyMap<LayerObject, readonly Resolution[]>): Closure {
  const objects = new Set([start]);
  const osLibraries = new Set<string>();
  const missing = new Set<string>();
  // A set iterates over the objects that are added meanwhile.
  for (const object of objects) {
    for (const { name, found } of byObject.get(object) ?? []) {
      if (found.kind === 'layer') objects.add(found.object);
      else if (found.kind === 'os') osLibraries.add(name);
      else missing.add(name);
    }
  }
  return { objects, osLibraries, missing };
}

function memoize<Key, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}
