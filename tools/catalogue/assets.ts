import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';

/** Style and script, which are embedded in the page. The page loads nothing else. */
export interface Assets {
  readonly style: string;
  readonly script: string;
}

/** Reads the style sheet, and bundles the browser's TypeScript into one classic script. */
export async function readAssets(): Promise<Assets> {
  const style = await readFile(join(import.meta.dirname, 'page/catalogue.css'), 'utf8');
  const { output } = await build({
    input: join(import.meta.dirname, 'browser/catalogue.ts'),
    write: false,
    output: { format: 'iife', minify: true },
  });
  return { style: style.trim(), script: output[0].code.trim() };
}
