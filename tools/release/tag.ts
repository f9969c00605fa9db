import { type GitHub, type Repository, statusOf } from '#lib/github/client.ts';

/** Moves the tag of the major version, such as `v2`, to the commit. Workflows of users refer to this tag. */
export async function moveMajorTag(
  github: GitHub,
  repository: Repository,
  version: string,
  commit: string,
): Promise<string> {
  const tag = `v${version.split('.')[0]}`;
  try {
    await github.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      ...repository,
      ref: `tags/${tag}`,
      sha: commit,
      force: true,
    });
  } catch (error) {
    // GitHub answers 422 if the tag does not exist.
    if (statusOf(error) !== 422) throw error;
    await github.request('POST /repos/{owner}/{repo}/git/refs', {
      ...repository,
      ref: `refs/tags/${tag}`,
      sha: commit,
    });
  }
  return tag;
}
