import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly content?: string;
}

const committer = { name: 'Updater', email: 'updater@example.invalid' };

/** A bare repository of the real git. Refs omit `refs/`, such as `heads/main`. */
export class GitRepository {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Creates a repository with one commit of the files on the branch. */
  static create(path: string, branch: string, files: Readonly<Record<string, string>>): GitRepository {
    execFileSync('git', ['init', '--quiet', '--bare', `--initial-branch=${branch}`, path]);
    const repository = new GitRepository(path);
    repository.commitFiles(branch, files, 'Start');
    return repository;
  }

  /** Commits files to the branch, like a push. */
  commitFiles(branch: string, files: Readonly<Record<string, string>>, message: string): string {
    const head = this.head(`heads/${branch}`);
    const entries = Object.entries(files).map(([path, content]) => ({ path, mode: '100644', content }));
    const baseTree = head === undefined ? undefined : this.commit(head)?.tree;
    const tree = this.createTree(baseTree, entries);
    const sha = this.createCommit(message, tree, head === undefined ? [] : [head]);
    this.#git(['update-ref', `refs/heads/${branch}`, sha]);
    return sha;
  }

  head(ref: string): string | undefined {
    return this.#find(['rev-parse', '--verify', '--quiet', `refs/${ref}`]);
  }

  /** Returns the commit of a branch, a tag or a hash. */
  resolve(revision: string): string | undefined {
    return this.#find(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  }

  commit(sha: string): Commit | undefined {
    const output = this.#find(['show', '--no-patch', '--format=%T%n%P%n%B', sha]);
    if (output === undefined) return undefined;
    const [tree = '', parents = '', ...message] = output.split('\n');
    return {
      sha,
      tree,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      message: message.join('\n').trim(),
    };
  }

  file(commit: string, path: string): { readonly blob: string; readonly content: Buffer } | undefined {
    const blob = this.#find(['rev-parse', '--verify', '--quiet', `${commit}:${path}`]);
    return blob === undefined
      ? undefined
      : { blob, content: execFileSync('git', ['cat-file', 'blob', blob], { cwd: this.path }) };
  }

  createTree(baseTree: string | undefined, entries: readonly TreeEntry[]): string {
    const index = join(this.path, `index-${randomUUID()}`);
    const options = { GIT_INDEX_FILE: index };
    try {
      this.#git(['read-tree', baseTree ?? '--empty'], options);
      for (const { path, mode, content = '' } of entries) {
        const blob = this.#git(['hash-object', '-w', '--stdin'], options, content);
        this.#git(['update-index', '--add', '--cacheinfo', `${mode},${blob},${path}`], options);
      }
      return this.#git(['write-tree'], options);
    } finally {
      rmSync(index, { force: true });
    }
  }

  createCommit(message: string, tree: string, parents: readonly string[]): string {
    return this.#git(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], {}, message);
  }

  createRef(ref: string, sha: string): void {
    this.#git(['update-ref', `refs/${ref}`, sha]);
  }

  deleteRef(ref: string): void {
    this.#git(['update-ref', '-d', `refs/${ref}`]);
  }

  isAncestor(older: string, newer: string): boolean {
    return this.mergeBase(older, newer) === older;
  }

  mergeBase(a: string, b: string): string | undefined {
    return this.#find(['merge-base', a, b]);
  }

  /** Lists the commits that `to` has and `from` lacks, oldest first. */
  between(from: string, to: string): readonly string[] {
    return this.#git(['rev-list', '--reverse', `${from}..${to}`])
      .split('\n')
      .filter((sha) => sha !== '');
  }

  changedFiles(from: string, to: string): readonly string[] {
    return this.#git(['diff', '--name-only', from, to])
      .split('\n')
      .filter((name) => name !== '');
  }

  #find(args: readonly string[]): string | undefined {
    try {
      return this.#git(args);
    } catch {
      return undefined;
    }
  }

  #git(args: readonly string[], environment: Readonly<Record<string, string>> = {}, input?: string): string {
    return execFileSync('git', args, {
      cwd: this.path,
      encoding: 'utf8',
      input: input ?? '',
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        ...process.env,
        GIT_AUTHOR_NAME: committer.name,
        GIT_AUTHOR_EMAIL: committer.email,
        GIT_COMMITTER_NAME: committer.name,
        GIT_COMMITTER_EMAIL: committer.email,
        ...environment,
      },
    }).trim();
  }
}
