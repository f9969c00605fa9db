import { basename } from 'node:path';
import { createProcess, type LayerObject, type LoaderContext, type Resolution } from './loader.ts';

/**
 * Every library that every object of the layer asks for, and where Lambda's loader finds it: for each executable
 * what it needs; then for each library that none of them needs, and that therefore somebody loads by dlopen, what
 * it needs in the process of the executable that serves it best. A layer without executables (extensions for a
 * layer below it) is judged by its own files and LD_LIBRARY_PATH alone.
 */
export function resolveLibraries(context: LoaderContext): readonly Resolution[] {
  const objects = [...context.objects.values()].filter(({ elf }) => elf.isDynamic);
  const executables = objects.filter(isExecutable);
  const started = executables.map((executable) => {
    const process = createProcess(context, executable);
    return { process, resolutions: process.load(executable) };
  });
  const resolutions = started.flatMap((one) => one.resolutions);
  const reached = new Set<LayerObject>(executables);
  const reach = (found: readonly Resolution[]): void => {
    for (const one of found) if (one.found.kind === 'layer') reached.add(one.found.object);
  };
  reach(resolutions);

  const hosts =
    started.length > 0 ? started.map(({ process }) => process) : [createProcess(context, undefined)];
  for (const plugin of dependentsFirst(objects.filter((object) => !reached.has(object)))) {
    if (reached.has(plugin)) continue;
    const tries = hosts.map((host) => host.fork().load(plugin));
    const best = tries.reduce((left, right) => (countFaults(right) < countFaults(left) ? right : left));
    reached.add(plugin);
    reach(best);
    resolutions.push(...best);
  }
  return resolutions;
}

/** Libraries, even those that can be run like libc.so.6, have a SONAME. */
function isExecutable({ elf }: LayerObject): boolean {
  return elf.interpreter !== undefined && elf.soname === undefined;
}

/** Those that no other needs come first, so that the others are seen with the object that loads them. */
function dependentsFirst(objects: readonly LayerObject[]): readonly LayerObject[] {
  const needed = new Set(objects.flatMap(({ elf }) => elf.needed));
  const isNeeded = ({ path, elf }: LayerObject): boolean => needed.has(elf.soname ?? basename(path));
  return [...objects.filter((object) => !isNeeded(object)), ...objects.filter(isNeeded)];
}

function countFaults(resolutions: readonly Resolution[]): number {
  return resolutions.filter(
    ({ found }) => found.kind === 'missing' || (found.kind === 'os' && found.shadowed !== undefined),
  ).length;
}
