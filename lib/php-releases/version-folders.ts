import { readdir } from 'node:fs/promises';

/** Lists the folders of PHP versions, such as `php-82`. */
export async function listVersionFolders(suite: string): Promise<readonly string[]> {
  return (await readdir(suite)).filter((name) => /^php-\d\d$/.test(name)).sort();
}

/** Lists the PHP versions that have a folder, such as `82`. */
export async function listVersions(suite: string): Promise<readonly string[]> {
  return (await listVersionFolders(suite)).map((folder) => folder.slice('php-'.length));
}

/** Returns the branch of a PHP version's folder: `8.2` for `php-82`. */
export function branchOf(folder: string): string {
  return folder.replace(/^php-(\d)(\d)$/, '$1.$2');
}
