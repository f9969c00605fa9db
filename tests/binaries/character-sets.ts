import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';

/** Copies the modules of iconv that our layers have, and their part of glibc's list, as php/Dockerfile does. */
export async function copyCharacterSets(from: string, to: string): Promise<void> {
  const names = await readCharacterSets();
  await mkdir(to, { recursive: true });
  for (const name of names) {
    const module = join(from, `${name}.so`);
    if (existsSync(module)) await cp(module, join(to, basename(module)));
  }
  const more = join(from, 'gconv-modules.d');
  const extra = existsSync(more) ? (await readdir(more)).map((name) => join(more, name)) : [];
  const lists = await Promise.all(
    [join(from, 'gconv-modules'), ...extra].map((path) => readFile(path, 'utf8')),
  );
  const lines = lists
    .join('\n')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const modules = lines.filter(([kind, , , name = '']) => kind === 'module' && names.has(name));
  const known = new Set(modules.flatMap(([, from, to]) => [from, to]));
  const aliases = lines.filter(([kind, , target]) => kind === 'alias' && known.has(target));
  await writeFile(
    join(to, 'gconv-modules'),
    [...modules, ...aliases].map((line) => `${line.join(' ')}\n`).join(''),
  );
}

/** Reads the names of modules in php/Dockerfile. */
async function readCharacterSets(): Promise<ReadonlySet<string>> {
  const dockerfile = await readFile('php/Dockerfile', 'utf8');
  const list = /^COPY <<'TEXT' \/base\/character-sets\/list\.txt\n([\s\S]*?)^TEXT$/m.exec(dockerfile)?.[1];
  if (list === undefined)
    throw new ActionError('php/Dockerfile has no list of character sets. Correct character-sets.ts.');
  const lines = list.split('\n').filter((line) => !line.startsWith('#'));
  return new Set(
    lines
      .join(' ')
      .split(/\s+/)
      .filter((name) => name !== ''),
  );
}
