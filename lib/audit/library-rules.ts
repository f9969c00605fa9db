import { basename } from 'node:path';
import { type Finding, findingOf } from './findings.ts';
import type { LayerObject, Resolution } from './loader.ts';
import type { Policy } from './policy.ts';

/** Rules for one needed library, once it is known where Lambda's loader finds it. */
export function checkResolution(
  { object, name, found }: Resolution,
  objects: ReadonlyMap<string, LayerObject>,
  policy: Policy,
): readonly Finding[] {
  const about = { file: object.path, subject: name };
  if (found.kind === 'missing' && policy.isNotOnLambda(name)) {
    const message = `${policy.runtime}'s container image has ${name}, the real service does not.`;
    return [findingOf('not-on-lambda', { ...about, message })];
  }
  if (found.kind === 'missing') {
    const elsewhere = [...objects.values()].find(({ path }) => basename(path) === name);
    const message = `${policy.runtime} does not offer ${name}, and no layer has it.`;
    if (elsewhere === undefined) return [findingOf('missing-library', { ...about, message })];
    const place = describePlace(elsewhere);
    return [
      findingOf('missing-library', {
        ...about,
        message: `${name} is ${place}, where the loader does not look.`,
        remedy: 'Move it to lib/, or set a DT_RPATH on <file> or on the executable that leads to it.',
      }),
    ];
  }
  if (found.kind === 'os' && found.shadowed !== undefined) {
    return [
      findingOf('shadowed-library', { ...about, message: describeShadow(object, name, found.shadowed) }),
    ];
  }
  return [];
}

function describeShadow({ elf }: LayerObject, name: string, copy: string): string {
  const reason =
    elf.runpath === undefined ? 'no DT_RPATH leads to it' : 'a DT_RUNPATH is looked at only after that';
  return `It gets the OS's ${name} and not the layer's ${copy}: Lambda searches /lib64 before /opt/lib, and ${reason}.`;
}

/** `lib/libx.so of the layer`, or of a layer below it. */
function describePlace({ path, base }: LayerObject): string {
  return base === undefined ? `${path} of the layer` : `${path} of the layer ${base}`;
}

/** glibc's parts work only with the loader of their own build, which is the OS's. */
export function checkCLibrary({ path, elf }: LayerObject, policy: Policy): readonly Finding[] {
  const name = elf.soname ?? basename(path);
  if (!policy.isCLibrary(name)) return [];
  const message = `${name} is a part of glibc and must be of one build with the OS's loader; a second one crashes the process.`;
  return [findingOf('bundled-c-library', { file: path, subject: name, message })];
}

/**
 * Two files with one SONAME: a process takes whichever is asked for first. Equal copies are only a waste (a symlink
 * that was followed), hence a warning. `hashes` has the content of each object by path.
 */
export function checkDuplicates(
  objects: Iterable<LayerObject>,
  hashes: ReadonlyMap<string, string>,
): readonly Finding[] {
  const firstBySoname = new Map<string, LayerObject>();
  const findings: Finding[] = [];
  for (const object of objects) {
    const { soname } = object.elf;
    if (soname === undefined) continue;
    const first = firstBySoname.get(soname);
    if (first === undefined) {
      firstBySoname.set(soname, object);
      continue;
    }
    const about = { file: object.path, subject: soname };
    if (hashes.get(first.path) === hashes.get(object.path)) {
      const message = `The file is a copy of ${first.path}.`;
      const remedy = 'Make one of them a symlink, and keep symlinks when copying.';
      findings.push(findingOf('duplicate-soname', { ...about, severity: 'warning', message, remedy }));
    } else {
      const message = `${first.path} has the same SONAME and other content; a process takes whichever is asked for first.`;
      findings.push(findingOf('duplicate-soname', { ...about, message }));
    }
  }
  return findings;
}
