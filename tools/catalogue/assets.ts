import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';

/** What the page carries inside: nothing is fetched when it is looked at. */
export interface Assets {
  readonly style: string;
  readonly script: string;
}

/** The style sheet as it is, and the browser's TypeScript as one classic script. */
export async function readAssets(): Promise<Assets> {
  const style = await readFile(join(import.meta.dirname, 'page/catalogue.css'), 'utf8');
  const { output } = await build({
    input: join(import.meta.dirname, 'browser/catalogue.ts'),
    write: false,
    output: { format: 'iife', minify: true },
  });
  return { style: style.trim(), script: output[0].code.trim() };
}
