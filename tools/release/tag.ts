import { type GitHub, type Repository, statusOf } from '#lib/github/client.ts';

/** Lets the tag of the major version, such as `v2`, which workflows use, name the commit. */
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
    // GitHub's answer for a tag that is not there.
    if (statusOf(error) !== 422) throw error;
    await github.request('POST /repos/{owner}/{repo}/git/refs', {
      ...repository,
      ref: `refs/tags/${tag}`,
      sha: commit,
    });
  }
  return tag;
}
