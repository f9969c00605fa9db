import type { Commit } from './git-repository.ts';
import { type ApiResponse, invalid, notFound, type Route } from './state.ts';

/** GitHub's "Git database" endpoints, and the endpoints that read its data. */
export const gitRoutes: Readonly<Record<string, Route>> = {
  'repos/get': ({ repository }) => ({
    status: 200,
    body: { full_name: repository.name, default_branch: repository.defaultBranch },
  }),
  'git/get-ref': ({ repository, path: { ref = '' } }) => describeRef(ref, repository.git.head(ref)),
  'git/get-commit': ({ repository, path: { commit_sha: sha = '' } }) => {
    const commit = repository.git.commit(sha);
    return commit === undefined ? notFound : { status: 200, body: describeCommit(commit) };
  },
  'repos/get-content': ({ repository, path: { path = '' }, query }) => {
    const commit = repository.git.resolve(query.get('ref') ?? repository.defaultBranch);
    const file = commit === undefined ? undefined : repository.git.file(commit, path);
    if (file === undefined) return notFound;
    const content = file.content.toString('base64').replaceAll(/.{60}/g, '$&\n');
    return {
      status: 200,
      body: { type: 'file', encoding: 'base64', path, sha: file.blob, size: file.content.length, content },
    };
  },
  'repos/compare-commits': ({ repository: { git }, path: { base = '', head = '' } }) => {
    const [from, to] = [git.resolve(base), git.resolve(head)];
    const mergeBase = from === undefined || to === undefined ? undefined : git.mergeBase(from, to);
    if (from === undefined || to === undefined || mergeBase === undefined) return notFound;
    const ahead = git.between(from, to);
    return {
      status: 200,
      body: {
        ahead_by: ahead.length,
        behind_by: git.between(to, from).length,
        total_commits: ahead.length,
        commits: ahead.map((sha) => ({
          sha,
          parents: git.commit(sha)?.parents.map((parent) => ({ sha: parent })) ?? [],
        })),
        files: git.changedFiles(mergeBase, to).map((filename) => ({ filename })),
      },
    };
  },
  'git/create-tree': ({ repository: { git }, body }) => {
    const sha = git.createTree(body.base_tree, body.tree);
    return { status: 201, body: { sha } };
  },
  'git/create-commit': ({ repository: { git }, body }) => {
    const sha = git.createCommit(body.message, body.tree, body.parents ?? []);
    return { status: 201, body: { sha } };
  },
  'git/create-ref': ({ repository: { git }, body }) => {
    if (!/^refs\/(heads|tags)\/./.test(body.ref)) return invalid('Reference name must start with refs/.');
    const ref = body.ref.slice('refs/'.length);
    if (git.commit(body.sha) === undefined) return invalid('Object does not exist');
    if (git.head(ref) !== undefined) return invalid('Reference already exists');
    git.createRef(ref, body.sha);
    return { ...describeRef(ref, body.sha), status: 201 };
  },
  'git/update-ref': ({ repository: { git }, path: { ref = '' }, body }) => {
    const head = git.head(ref);
    if (head === undefined) return invalid('Reference does not exist');
    if (git.commit(body.sha) === undefined) return invalid('Object does not exist');
    if (body.force !== true && !git.isAncestor(head, body.sha))
      return invalid('Update is not a fast forward');
    git.createRef(ref, body.sha);
    return describeRef(ref, body.sha);
  },
};

function describeRef(ref: string, sha: string | undefined): ApiResponse {
  return sha === undefined
    ? notFound
    : { status: 200, body: { ref: `refs/${ref}`, object: { type: 'commit', sha } } };
}

function describeCommit({ sha, tree, parents, message }: Commit): unknown {
  return { sha, message, tree: { sha: tree }, parents: parents.map((parent) => ({ sha: parent })) };
}
