/** Paths of a layer, or of stacked layers. They are relative to /opt, with `/` as separator. */
export interface LayerPaths {
  readonly files: ReadonlySet<string>;
  /** Target by path. */
  readonly links: ReadonlyMap<string, string>;
  readonly folders: ReadonlySet<string>;
}

/** Place to which a path leads on Lambda. */
type Place =
  /** `path` is relative to /opt. */
  | { readonly kind: 'file' | 'folder'; readonly path: string }
  /** Outside of the layer. `path` is absolute. */
  | { readonly kind: 'outside'; readonly path: string }
  | { readonly kind: 'missing' | 'loop' };

/** Follows an absolute path through folders and symlinks, as Lambda's kernel does. */
export type ResolvePath = (absolute: string) => Place;

/** Linux's limit (path_resolution(7)). */
const maxLinks = 40;

/**
 * Creates a resolver for the paths of a layer.
 *
 * @param mount segments of the folder that contains the paths; empty for the root folder
 */
export function createPathResolver(
  { files, links, folders }: LayerPaths,
  mount: readonly string[] = ['opt'],
): ResolvePath {
  const isInside = (walked: readonly string[]): boolean =>
    mount.every((step, index) => walked[index] === step);
  return (absolute) => {
    // In reverse order, so that pop() returns the next step.
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
        if (followed > maxLinks) return { kind: 'loop' };
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
