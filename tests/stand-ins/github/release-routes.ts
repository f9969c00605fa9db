import { createHash } from 'node:crypto';
import { invalid, notFound, type Release, type RepositoryState, type Route } from './state.ts';

/** GitHub's endpoints for releases and their files. */
export const releaseRoutes: Readonly<Record<string, Route>> = {
  'repos/list-releases': ({ repository, origin }) => ({
    status: 200,
    body: repository.releases.toReversed().map((release) => describeRelease(repository, release, origin)),
  }),
  'repos/get-latest-release': ({ repository, origin }) => {
    const release = repository.releases.findLast(({ draft }) => !draft);
    return release === undefined
      ? notFound
      : { status: 200, body: describeRelease(repository, release, origin) };
  },
  'repos/get-release-by-tag': ({ repository, path: { tag = '' }, origin }) => {
    const release = repository.releases.find((candidate) => candidate.tag === tag && !candidate.draft);
    return release === undefined
      ? notFound
      : { status: 200, body: describeRelease(repository, release, origin) };
  },
  'repos/get-release-asset': ({ repository, path: { asset_id: id = '' } }) => {
    const content = repository.assetContents.get(Number(id));
    return content === undefined ? notFound : { status: 200, bytes: content };
  },
  'repos/create-release': ({ repository, body, origin }) => {
    if (repository.releases.some(({ tag, draft }) => tag === body.tag_name && !draft)) {
      return invalid('Validation Failed', 'tag_name already exists');
    }
    const release: Release = {
      id: repository.releases.length + 1,
      tag: body.tag_name,
      draft: body.draft === true,
      assets: [],
    };
    repository.releases.push(release);
    return { status: 201, body: describeRelease(repository, release, origin) };
  },
  'repos/update-release': ({ repository, path: { release_id: id = '' }, body, origin }) => {
    const release = findRelease(repository, id);
    if (release === undefined) return notFound;
    if (body.draft !== undefined) release.draft = body.draft;
    return { status: 200, body: describeRelease(repository, release, origin) };
  },
  'repos/list-release-assets': ({ repository, path: { release_id: id = '' } }) => {
    const release = findRelease(repository, id);
    return release === undefined ? notFound : { status: 200, body: release.assets };
  },
  'repos/upload-release-asset': ({ repository, path: { release_id: id = '' }, query, bytes }) => {
    const release = findRelease(repository, id);
    const name = query.get('name') ?? '';
    if (release === undefined) return notFound;
    if (release.assets.some((asset) => asset.name === name))
      return invalid('Validation Failed', 'already_exists');
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const asset = { id: repository.nextId++, name, size: bytes.length, digest, state: 'uploaded' };
    release.assets.push(asset);
    repository.assetContents.set(asset.id, bytes);
    return { status: 201, body: asset };
  },
  'repos/delete-release-asset': ({ repository, path: { asset_id: id = '' } }) => {
    for (const release of repository.releases) {
      release.assets = release.assets.filter((asset) => String(asset.id) !== id);
    }
    return { status: 204 };
  },
};

function findRelease({ releases }: RepositoryState, id: string): Release | undefined {
  return releases.find((release) => String(release.id) === id);
}

function describeRelease(
  { name }: RepositoryState,
  { id, tag, draft, assets }: Release,
  origin: string,
): unknown {
  return {
    id,
    assets,
    tag_name: tag,
    draft,
    html_url: `${origin}/${name}/releases/tag/${tag}`,
    upload_url: `${origin}/repos/${name}/releases/${id}/assets{?name,label}`,
  };
}
