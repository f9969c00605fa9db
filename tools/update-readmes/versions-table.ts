import { join } from 'node:path';
import { branchOf, listVersionFolders } from '#lib/php-releases/version-folders.ts';
import { readVersionSupport } from '#lib/php-releases/version-support.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';

/** Renders the support dates of the PHP versions that have a folder. */
export async function describeVersions(suite: string): Promise<string> {
  const folders = await listVersionFolders(suite);
  const rows = await Promise.all(
    folders.map(async (folder) => {
      const { released, active, security } = await readVersionSupport(join(suite, folder));
      return [`PHP ${branchOf(folder)}`, `\`${folder}\``, released, active, security];
    }),
  );
  return renderMarkdownTable(
    ['Version', 'Layer', 'Released', 'Bug fixes until', 'Security fixes until'],
    rows,
  );
}
