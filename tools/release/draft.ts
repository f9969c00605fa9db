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
 * Drafts a release with all files. An existing draft gets the missing files. A published release stays unchanged.
 *
 * @throws ActionError if a published release lacks a file or has another one, because it accepts no late files
 */
export async function draftRelease(
  github: GitHub,
  repository: Repository,
  { tag, commit }: { readonly tag: string; readonly commit: string },
  files: readonly ReleaseFile[],
  log: Logger,
): Promise<Release> {
  const release =
    (await findRelease(github, repository, tag)) ?? (await createDraft(github, repository, tag, commit));
  const assets = await listAssets(github, repository, release.id);
  for (const [index, file] of files.entries()) {
    const progress = `[${index + 1}/${files.length}] ${file.name}`;
    const existing = assets.find(({ name }) => name === file.name);
    if (existing?.digest === file.digest) {
      log.info(`${progress}: already in the release`);
      continue;
    }
    if (!release.isDraft) {
      throw new ActionError(
        `Release ${tag} is published and ${existing === undefined ? 'lacks' : 'has another'} ${file.name}. ` +
          'Published releases do not change. Push a new tag.',
      );
    }
    // The upload was interrupted, or an earlier attempt built another file.
    if (existing !== undefined) {
      await github.request('DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}', {
        ...repository,
        asset_id: existing.id,
      });
    }
    await upload(github, release.uploadUrl, file);
    log.info(`${progress}: uploaded ${file.content.length} bytes`);
  }
  return release;
}

/** Publishes the draft and marks it as the latest release. */
export async function publishRelease(github: GitHub, repository: Repository, tag: string): Promise<Release> {
  const release = await findRelease(github, repository, tag);
  if (release === undefined)
    throw new ActionError(`Release ${tag} does not exist. First run the job that drafts it.`);
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

/** Finds a release or a draft. Only the list contains drafts. */
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

async function createDraft(
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

/**
 * Uploads a file.
 *
 * @param url GitHub's URL template, `https://uploads…/assets{?name,label}`
 */
async function upload(github: GitHub, url: string, { name, content }: ReleaseFile): Promise<void> {
  await github.request(`POST ${url}`, {
    name,
    data: content,
    headers: { 'content-type': 'application/octet-stream', 'content-length': content.length },
  });
}
