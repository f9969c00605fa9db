import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitHub, type Repository, statusOf } from '#lib/github/client.ts';
import { ActionError } from '#lib/node/errors.ts';

/**
 * Downloads files of a published release into a folder.
 *
 * @param tag tag of the release; defaults to the newest release
 * @param endings endings of the names of the files
 * @returns names of the files, or undefined if no release exists yet
 * @throws ActionError if the release has no such file, or the tag has no release
 */
export async function fetchRelease(
  github: GitHub,
  repository: Repository,
  {
    tag,
    endings,
    folder,
  }: { readonly tag?: string; readonly endings: readonly string[]; readonly folder: string },
): Promise<readonly string[] | undefined> {
  const release = await findRelease(github, repository, tag);
  if (release === undefined) return undefined;
  const assets = release.assets.filter(({ name }) => endings.some((ending) => name.endsWith(ending)));
  if (assets.length === 0) {
    throw new ActionError(
      `Release ${release.tag_name} has no file whose name ends in ${endings.join(' or ')}.`,
    );
  }
  await mkdir(folder, { recursive: true });
  for (const { id, name } of assets) {
    const { data } = await github.request('GET /repos/{owner}/{repo}/releases/assets/{asset_id}', {
      ...repository,
      asset_id: id,
      headers: { accept: 'application/octet-stream' },
    });
    // With this header GitHub sends the file itself, but the type of the response is still JSON.
    await writeFile(join(folder, name), Buffer.from(data as unknown as ArrayBuffer));
  }
  return assets.map(({ name }) => name);
}

async function findRelease(github: GitHub, repository: Repository, tag: string | undefined) {
  try {
    const { data } =
      tag === undefined
        ? await github.request('GET /repos/{owner}/{repo}/releases/latest', { ...repository })
        : await github.request('GET /repos/{owner}/{repo}/releases/tags/{tag}', { ...repository, tag });
    return data;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    if (tag !== undefined)
      throw new ActionError(`Release ${tag} does not exist or is not published.`, { cause: error });
    return undefined;
  }
}
