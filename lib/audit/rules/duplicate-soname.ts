import type { LayerBinary } from '../layer-binary.ts';
import type { Rule } from '../rule.ts';

export const duplicateSoname: Rule = {
  name: 'duplicate-soname',
  severity: 'error',
  finds: 'Two files with the same SONAME. A process loads only the first. A warning if the files are equal.',
  remedy: 'Keep one of the files, and make the other names symlinks to it.',
  *check({ objects }) {
    const firstBySoname = new Map<string, LayerBinary>();
    for (const object of objects) {
      const { soname } = object.elf;
      if (soname === undefined) continue;
      const first = firstBySoname.get(soname);
      if (first === undefined) {
        firstBySoname.set(soname, object);
        continue;
      }
      const details = { file: object.path, subject: soname };
      if (first.sha256 === object.sha256) {
        // The usual cause is a tool that copied the target of a symlink instead of the symlink.
        const message = `The file is a copy of ${first.path}.`;
        const remedy = 'Make one of the files a symlink. Keep symlinks when you copy libraries.';
        yield { ...details, severity: 'warning', message, remedy };
      } else {
        const message = `${first.path} has the same SONAME but other content. A process loads the copy that is requested first.`;
        yield { ...details, message };
      }
    }
  },
};
