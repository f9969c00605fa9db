import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitHub, type Repository, statusOf } from '#lib/github/client.ts';
import { ActionError } from '#lib/node/errors.ts';

/**
 * Writes the files of a published release whose names end in one of `endings` into a folder; their names. Undefined
 * where there is no release yet.
 *
 * @param tag undefined: the newest
 * @throws ActionError where the release has no such file, or the tag has no release
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
  const wanted = release.assets.filter(({ name }) => endings.some((ending) => name.endsWith(ending)));
  if (wanted.length === 0) {
    throw new ActionError(`Release ${release.tag_name} has no file that ends in ${endings.join(' or ')}.`);
  }
  await mkdir(folder, { recursive: true });
  for (const { id, name } of wanted) {
    const { data } = await github.request('GET /repos/{owner}/{repo}/releases/assets/{asset_id}', {
      ...repository,
      asset_id: id,
      headers: { accept: 'application/octet-stream' },
    });
    // With that header the answer is the file itself, which GitHub's description of the answer does not say.
    await writeFile(join(folder, name), Buffer.from(data as unknown as ArrayBuffer));
  }
  return wanted.map(({ name }) => name);
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
    if (tag !== undefined) throw new ActionError(`There is no release ${tag}.`, { cause: error });
    return undefined;
  }
}
