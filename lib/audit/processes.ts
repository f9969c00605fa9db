import { basename } from 'node:path';
import {
  createProcess,
  type LayerObject,
  type LayerProcess,
  type LoaderContext,
  type Resolution,
} from './loader.ts';

/**
 * Every library that every object asks for, and where Lambda's loader finds it: for each executable
 * what it needs; then for each library that none of them needs, and that therefore somebody loads by dlopen, what
 * it needs in the process of the executable that serves it best. A layer without executables (extensions for a
 * layer below it that is not known) is judged by its own files and LD_LIBRARY_PATH alone.
 */
export function resolveLibraries(context: LoaderContext): readonly Resolution[] {
  const objects = [...context.objects.values()];
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
    const best = loadBest(hosts, plugin);
    reached.add(plugin);
    reach(best);
    resolutions.push(...best);
  }
  return resolutions;
}

/** In the first process where all is found, else in the one with the fewest faults. */
function loadBest(hosts: readonly LayerProcess[], plugin: LayerObject): readonly Resolution[] {
  let best: readonly Resolution[] | undefined;
  for (const host of hosts) {
    const found = host.fork().load(plugin);
    if (best === undefined || countFaults(found) < countFaults(best)) best = found;
    if (countFaults(best) === 0) break;
  }
  return best ?? [];
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
