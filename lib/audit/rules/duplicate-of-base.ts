import type { Rule } from '../rule.ts';

export const duplicateOfBase: Rule = {
  name: 'duplicate-of-base',
  severity: 'warning',
  finds: 'A library that a lower layer (`lower-layer-manifests`) contains under another path.',
  remedy: 'Remove it. If the layer needs another version of the library, give that version its own SONAME.',
  *check({ objects, stack }) {
    const lowerBySoname = new Map(stack.lowerObjects.map((object) => [object.elf.soname, object]));
    for (const { path, elf } of objects) {
      const { soname } = elf;
      const lower = soname === undefined ? undefined : lowerBySoname.get(soname);
      if (soname === undefined || lower === undefined) continue;
      const message = `The layer ${lower.lowerLayer} also contains ${soname}, as ${lower.path}. A process loads the first copy that it finds.`;
      yield { file: path, subject: soname, message };
    }
  },
};
