import { basename } from 'node:path';
import {
  createProcess,
  type LayerObject,
  type LayerProcess,
  type LoaderContext,
  type Resolution,
} from './loader.ts';

/**
 * Simulates the loader's search for every library that an object needs. Each executable starts a process. A library
 * that no process needs is treated as loaded by dlopen, in the process that finds most of its libraries. If the layer
 * has no executables (an extension whose lower layer is unknown), the search uses only LD_LIBRARY_PATH and the search
 * paths of its own files.
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
  const markReached = (found: readonly Resolution[]): void => {
    for (const one of found) if (one.found.kind === 'layer') reached.add(one.found.object);
  };
  markReached(resolutions);

  const processes =
    started.length > 0 ? started.map(({ process }) => process) : [createProcess(context, undefined)];
  for (const plugin of dependentsFirst(objects.filter((object) => !reached.has(object)))) {
    if (reached.has(plugin)) continue;
    const best = loadBest(processes, plugin);
    reached.add(plugin);
    markReached(best);
    resolutions.push(...best);
  }
  return resolutions;
}

/** Loads a plug-in in the first process that finds all its libraries, otherwise in the one with the fewest faults. */
function loadBest(processes: readonly LayerProcess[], plugin: LayerObject): readonly Resolution[] {
  let best: readonly Resolution[] | undefined;
  for (const process of processes) {
    const found = process.fork().load(plugin);
    if (best === undefined || countFaults(found) < countFaults(best)) best = found;
    if (countFaults(best) === 0) break;
  }
  return best ?? [];
}

/** A library that can be started, such as libc.so.6, has an interpreter too, but also a SONAME. */
export function isExecutable({ elf }: LayerObject): boolean {
  return elf.interpreter !== undefined && elf.soname === undefined;
}

/** Sorts objects that no other object needs first, so that each library is loaded by the object that needs it. */
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
