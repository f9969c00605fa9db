/** The paths of a layer, or of several that lie on each other in /opt; relative to it, with `/`. */
export interface LayerPaths {
  readonly files: ReadonlySet<string>;
  /** Target by path. */
  readonly links: ReadonlyMap<string, string>;
  readonly folders: ReadonlySet<string>;
}

/** Where a path leads once the layer is at /opt. */
type Place =
  | { readonly kind: 'file' | 'folder' /** Without `/opt/`. */; readonly path: string }
  /** Not in the layer: the absolute path. */
  | { readonly kind: 'outside'; readonly path: string }
  | { readonly kind: 'missing' | 'loop' };

/** Follows an absolute path through folders and symlinks, as Lambda's kernel would. */
export type ResolvePath = (absolute: string) => Place;

/** Linux's limit: path_resolution(7). */
const mostLinks = 40;

/** For paths that lie in /opt, or in another `mount`; none is the root itself. */
export function createPathResolver(
  { files, links, folders }: LayerPaths,
  mount: readonly string[] = ['opt'],
): ResolvePath {
  const isInside = (walked: readonly string[]): boolean =>
    mount.every((step, index) => walked[index] === step);
  return (absolute) => {
    // The next step is at the end.
    const pending = absolute.split('/').reverse();
    let walked: string[] = [];
    let followed = 0;
    for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
      if (step === '' || step === '.') continue;
      if (step === '..') {
        walked.pop();
        continue;
      }
      walked.push(step);
      if (!isInside(walked) || walked.length === mount.length) continue;
      const path = walked.slice(mount.length).join('/');
      const target = links.get(path);
      if (target !== undefined) {
        followed += 1;
        if (followed > mostLinks) return { kind: 'loop' };
        walked = target.startsWith('/') ? [] : walked.slice(0, -1);
        pending.push(...target.split('/').reverse());
      } else if (!files.has(path) && !folders.has(path)) {
        return { kind: 'missing' };
      }
    }
    if (!isInside(walked)) return { kind: 'outside', path: `/${walked.join('/')}` };
    const path = walked.slice(mount.length).join('/');
    return { kind: files.has(path) ? 'file' : 'folder', path };
  };
}
