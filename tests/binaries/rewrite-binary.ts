import { readFile, writeFile } from 'node:fs/promises';

/** Changes the version of PHP's interface that an extension was compiled for. */
export async function adaptExtension(path: string, from: string, to: string): Promise<void> {
  await replaceText(path, `API${from},`, `API${to},`);
  const bytes = await readFile(path);
  const [old, wanted] = [from, to].map((version) => Buffer.from(Uint32Array.of(Number(version)).buffer)) as [
    Buffer,
    Buffer,
  ];
  for (let at = bytes.indexOf(old); at !== -1; at = bytes.indexOf(old, at + 4)) wanted.copy(bytes, at);
  await writeFile(path, bytes);
}

/** Replaces a text of a program by another one of the same length. */
export async function replaceText(path: string, from: string, to: string): Promise<void> {
  const bytes = await readFile(path);
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  await writeFile(path, bytes);
}
