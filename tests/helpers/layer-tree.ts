import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export type Content =
  | string
  | Buffer
  | { readonly link: string }
  | { readonly bytes: string | Buffer; readonly mode: number };

/** A temporary folder `root` with a layer tree at `path`. Disposing removes it. */
export interface TreeFixture extends AsyncDisposable {
  readonly root: string;
  readonly path: string;
}

/** Creates a layer tree. Buffers (programs and libraries) get mode 0755, strings 0644, regardless of the umask. */
export async function makeTree(files: Readonly<Record<string, Content>>): Promise<TreeFixture> {
  const root = await mkdtemp(join(tmpdir(), 'package-layer-'));
  const path = join(root, 'tree');
  await mkdir(path);
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === 'object' && 'link' in content) {
      await symlink(content.link, file);
      continue;
    }
    const { bytes, mode } =
      typeof content === 'object' && 'bytes' in content
        ? content
        : { bytes: content, mode: Buffer.isBuffer(content) ? 0o755 : 0o644 };
    await writeFile(file, bytes);
    await chmod(file, mode);
  }
  return { root, path, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}
