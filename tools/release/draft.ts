import type { GitHub, Repository } from '#lib/github/client.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { ReleaseFile } from './files.ts';

export interface Release {
  readonly id: number;
  readonly url: string;
  readonly isDraft: boolean;
}

/**
 * A draft with all the files; one that is there gets what it lacks. A release that was published already is left as it
 * is where it has the files, and is an error where it has not: it takes no late files.
 */
export async function draftRelease(
  github: GitHub,
  repository: Repository,
  { tag, commit }: { readonly tag: string; readonly commit: string },
  files: readonly ReleaseFile[],
  log: Logger,
): Promise<Release> {
  const release =
    (await findRelease(github, repository, tag)) ?? (await create(github, repository, tag, commit));
  const present = await listAssets(github, repository, release.id);
  for (const [index, file] of files.entries()) {
    const progress = `[${index + 1}/${files.length}] ${file.name}`;
    const old = present.find(({ name }) => name === file.name);
    if (old?.digest === file.digest) {
      log.info(`${progress} is there`);
      continue;
    }
    if (!release.isDraft) {
      throw new ActionError(
        `Release ${tag} is published, but ${file.name} is ${old === undefined ? 'not in it' : 'another file in it'}. ` +
          'Published releases are not changed: make a new tag.',
      );
    }
    // Broken off while it was sent, or made by an earlier attempt.
    if (old !== undefined) {
      await github.request('DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}', {
        ...repository,
        asset_id: old.id,
      });
    }
    await upload(github, release.uploadUrl, file);
    log.info(`${progress}, ${file.content.length} bytes`);
  }
  return release;
}

/** Makes the draft public and the newest, last of all. */
export async function publishRelease(github: GitHub, repository: Repository, tag: string): Promise<Release> {
  const release = await findRelease(github, repository, tag);
  if (release === undefined)
    throw new ActionError(`There is no release ${tag}: run the job that drafts it first.`);
  if (!release.isDraft) return release;
  const { data } = await github.request('PATCH /repos/{owner}/{repo}/releases/{release_id}', {
    ...repository,
    release_id: release.id,
    draft: false,
    make_latest: 'true',
  });
  return { id: data.id, url: data.html_url, isDraft: data.draft };
}

interface FoundRelease extends Release {
  readonly uploadUrl: string;
}

/** Drafts are found in the list alone; a tag with no release has none. */
async function findRelease(
  github: GitHub,
  repository: Repository,
  tag: string,
): Promise<FoundRelease | undefined> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/releases', {
    ...repository,
    per_page: 100,
  });
  const found = data.find(({ tag_name }) => tag_name === tag);
  if (found === undefined) return undefined;
  return { id: found.id, url: found.html_url, isDraft: found.draft, uploadUrl: found.upload_url };
}

async function create(
  github: GitHub,
  repository: Repository,
  tag: string,
  commit: string,
): Promise<FoundRelease> {
  const { data } = await github.request('POST /repos/{owner}/{repo}/releases', {
    ...repository,
    tag_name: tag,
    target_commitish: commit,
    name: tag,
    draft: true,
    generate_release_notes: true,
  });
  return { id: data.id, url: data.html_url, isDraft: true, uploadUrl: data.upload_url };
}

async function listAssets(github: GitHub, repository: Repository, id: number) {
  const { data } = await github.request('GET /repos/{owner}/{repo}/releases/{release_id}/assets', {
    ...repository,
    release_id: id,
    per_page: 100,
  });
  return data;
}

/** `url` is a template of GitHub's own: `https://uploads…/assets{?name,label}`. */
async function upload(github: GitHub, url: string, { name, content }: ReleaseFile): Promise<void> {
  await github.request(`POST ${url}`, {
    name,
    data: content,
    headers: { 'content-type': 'application/octet-stream', 'content-length': content.length },
  });
}
