import { basename } from 'node:path';
import type { Finding } from './findings.ts';
import type { LayerObject, Resolution } from './loader.ts';
import type { Policy } from './policy.ts';

/** Rules for one needed library, once it is known where Lambda's loader finds it. */
export function checkResolution(
  { object, name, found }: Resolution,
  objects: ReadonlyMap<string, LayerObject>,
  policy: Policy,
): readonly Finding[] {
  const about = { file: object.path, subject: name, severity: 'error' } as const;
  if (found.kind === 'missing' && policy.isNotOnLambda(name)) {
    const message =
      `${policy.runtime}'s container image has ${name}, the real service does not. ` +
      'Put it into lib/ of the layer, or build without it.';
    return [{ ...about, rule: 'not-on-lambda', message }];
  }
  if (found.kind === 'missing') {
    const elsewhere = [...objects.keys()].find((path) => basename(path) === name);
    const remedy = elsewhere
      ? `The layer has it as ${elsewhere}, where the loader does not look: move it to lib/, or set a DT_RPATH.`
      : 'Put it into lib/ of the layer, or build without it.';
    const message = `Neither the layer nor ${policy.runtime} offers ${name}. ${remedy}`;
    return [{ ...about, rule: 'missing-library', message }];
  }
  if (found.kind === 'os' && found.shadowed !== undefined) {
    return [{ ...about, rule: 'shadowed-library', message: describeShadow(object, name, found.shadowed) }];
  }
  return [];
}

function describeShadow({ elf }: LayerObject, name: string, copy: string): string {
  const reason =
    elf.runpath === undefined ? 'no DT_RPATH leads to it' : 'a DT_RUNPATH is looked at only after that';
  return (
    `It gets the OS's ${name} and not the layer's ${copy}: Lambda searches /lib64 before /opt/lib, and ${reason}. ` +
    "Set a DT_RPATH on it or on the executable (patchelf --force-rpath --set-rpath '$ORIGIN/../lib' <file>), " +
    "or leave the copy out and use the OS's."
  );
}

/** glibc's parts work only with the loader of their own build, which is the OS's. */
export function checkCLibrary({ path, elf }: LayerObject, policy: Policy): readonly Finding[] {
  const name = elf.soname ?? basename(path);
  if (!policy.isCLibrary(name)) return [];
  const message =
    `${name} is a part of glibc and must be of one build with the OS's loader; a second one crashes the process. ` +
    "Leave it out: the OS's is used.";
  return [{ rule: 'bundled-c-library', severity: 'error', file: path, subject: name, message }];
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
    const isCopy = hashes.get(first.path) === hashes.get(object.path);
    findings.push({
      rule: 'duplicate-soname',
      severity: isCopy ? 'warning' : 'error',
      file: object.path,
      subject: soname,
      message: isCopy
        ? `The file is a copy of ${first.path}. Make one of them a symlink, and keep symlinks when copying.`
        : `${first.path} has the same SONAME and other content; a process takes whichever is asked for first. ` +
          'Keep one of them.',
    });
  }
  return findings;
}
