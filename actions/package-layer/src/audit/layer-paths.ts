import type { Tree, TreeEntry } from '../tree.ts';

/** Where a path leads once the layer is at /opt. */
type Place =
  | { readonly kind: 'file' | 'folder' /** Without `/opt/`. */; readonly path: string }
  /** Not in the layer: the absolute path. */
  | { readonly kind: 'outside'; readonly path: string }
  | { readonly kind: 'missing' | 'loop' };

/** Follows an absolute path through the layer's folders and symlinks, as Lambda's kernel would. */
export type ResolvePath = (absolute: string) => Place;

/** Linux's limit: path_resolution(7). */
const mostLinks = 40;

export function createPathResolver(tree: Tree): ResolvePath {
  const entries = new Map<string, TreeEntry>(tree.entries.map((entry) => [entry.path, entry]));
  return (absolute) => {
    let pending = absolute.split('/');
    let walked: string[] = [];
    let links = 0;
    while (pending.length > 0) {
      const [step = '', ...rest] = pending;
      pending = rest;
      if (step === '' || step === '.') continue;
      if (step === '..') {
        walked.pop();
        continue;
      }
      walked.push(step);
      if (walked[0] !== 'opt' || walked.length === 1) continue;
      const path = walked.slice(1).join('/');
      const entry = entries.get(path);
      if (entry?.type === 'symlink') {
        links += 1;
        if (links > mostLinks) return { kind: 'loop' };
        walked = entry.target.startsWith('/') ? [] : walked.slice(0, -1);
        pending = [...entry.target.split('/'), ...pending];
      } else if (entry === undefined && !tree.folders.has(path)) {
        return { kind: 'missing' };
      }
    }
    if (walked[0] !== 'opt') return { kind: 'outside', path: `/${walked.join('/')}` };
    const path = walked.slice(1).join('/');
    return { kind: entries.has(path) ? 'file' : 'folder', path };
  };
}
