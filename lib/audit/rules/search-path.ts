import { maxFindingsPerFile, type Rule } from '../rule.ts';
import { expandSearchPath, originOf } from '../search-path.ts';

export const searchPath: Rule = {
  name: 'search-path',
  severity: 'warning',
  finds: 'A folder in a DT_RPATH or DT_RUNPATH that is relative, or that has no libraries on Lambda.',
  remedy: "patchelf --force-rpath --set-rpath '$ORIGIN/../lib' <file>",
  *check({ binaries, policy }) {
    for (const { path, elf } of binaries) {
      const folders = (elf.runpath ?? elf.rpath ?? '').split(':');
      if (folders.length === 1 && folders[0] === '') continue;
      let count = 0;
      for (const folder of folders) {
        const [absolute] = expandSearchPath(folder, originOf(path), policy);
        if (absolute !== undefined && hasLibraries(absolute, policy.isOsFolder)) continue;
        const message =
          absolute === undefined
            ? 'A relative search path depends on the folder in which the process is started.'
            : 'Lambda has no libraries in this folder. The path is left over from the build.';
        yield { file: path, subject: folder || '(empty)', message };
        count += 1;
        if (count === maxFindingsPerFile) break;
      }
    }
  },
};

function hasLibraries(folder: string, isOsFolder: (folder: string) => boolean): boolean {
  return /^\/opt(?:\/|$)/.test(folder) || isOsFolder(folder.replace(/\/+$/, ''));
}
