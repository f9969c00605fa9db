import type { LayerObject } from '../loader.ts';
import type { Rule } from '../rule.ts';

export const shadowedLibrary: Rule = {
  name: 'shadowed-library',
  severity: 'error',
  finds:
    'A bundled library that is never loaded, because Lambda searches `/lib64` before `/opt/lib`. Only a DT_RPATH is ' +
    'searched earlier; a DT_RUNPATH is searched later.',
  remedy:
    "Set a DT_RPATH on the file that needs it, or on the executable (patchelf --force-rpath --set-rpath '$ORIGIN/../lib' <file>), or " +
    "remove the copy and use the OS's.",
  *check({ resolutions }) {
    for (const { object, name, found } of resolutions) {
      if (found.kind !== 'os' || found.shadowed === undefined) continue;
      yield { file: object.path, subject: name, message: explain(object, name, found.shadowed) };
    }
  },
};

function explain({ elf }: LayerObject, name: string, copy: string): string {
  const reason =
    elf.runpath === undefined
      ? 'no DT_RPATH leads to the copy'
      : 'a DT_RUNPATH is searched only after LD_LIBRARY_PATH';
  return `The file loads the OS's ${name} instead of the layer's ${copy}: Lambda searches /lib64 before /opt/lib, and ${reason}.`;
}
