import { execFileSync } from 'node:child_process';
import { dirname, normalize } from 'node:path/posix';
import { readSyntaxNodes } from '#lib/dev-tools/typescript-ast.ts';

/** Imported files by importing file. Paths are relative to the repository; packages are left out. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads the imports of every TypeScript file that Git knows or would add, type imports included. */
export function readImportGraph(): ImportGraph {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
    encoding: 'utf8',
  });
  const files = list.split('\n').filter((path) => path !== '' && !path.includes('/dist/'));
  return new Map(files.map((path) => [path, readImports(path)]));
}

function readImports(path: string): readonly string[] {
  const imports: string[] = [];
  for (const { type, source } of readSyntaxNodes(path)) {
    if (!/^(Import(Expression|Declaration)|Export(All|Named)Declaration)$/.test(type)) continue;
    const specifier = (source as { readonly value?: unknown } | null)?.value;
    const imported = typeof specifier === 'string' ? resolveImport(specifier, path) : undefined;
    if (imported !== undefined) imports.push(imported);
  }
  return imports;
}

/** The file of an import, or undefined for a package. */
export function resolveImport(specifier: string, importer: string): string | undefined {
  if (specifier.startsWith('#lib/')) return specifier.slice(1);
  return specifier.startsWith('.') ? normalize(`${dirname(importer)}/${specifier}`) : undefined;
}
