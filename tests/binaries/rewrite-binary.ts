import { readFile, writeFile } from 'node:fs/promises';
import { ActionError } from '#lib/node/errors.ts';

/** Changes the version of PHP's interface that an extension was compiled for. Its file has it as a text and a number. */
export async function adaptExtension(path: string, from: string, to: string): Promise<void> {
  const bytes = await readFile(path);
  const numberOf = (version: string) => Buffer.from(Uint32Array.of(Number(version)).buffer);
  const texts = replaceAll(bytes, Buffer.from(`API${from},`), Buffer.from(`API${to},`));
  const numbers = replaceAll(bytes, numberOf(from), numberOf(to));
  if (texts === 0 || numbers === 0) {
    throw new ActionError(
      `${path} was not compiled for version ${from} of PHP's interface. Correct "adapted" in the pins.`,
    );
  }
  await writeFile(path, bytes);
}

/** Replaces a text of a program, if the program has it, by another one of the same length. */
export async function replaceText(path: string, from: string, to: string): Promise<void> {
  if (from.length !== to.length)
    throw new ActionError(`"${to}" must be as long as "${from}", which it replaces in a program.`);
  const bytes = await readFile(path);
  replaceAll(bytes, Buffer.from(from), Buffer.from(to));
  await writeFile(path, bytes);
}

/** Returns the number of replacements. */
function replaceAll(bytes: Buffer, from: Buffer, to: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + from.length)) {
    to.copy(bytes, at);
    count += 1;
  }
  return count;
}
