import { posix } from 'node:path';
import type { TreeSymlink } from '#lib/layer/tree.ts';
import type { AuditedLayer } from '../audited-layer.ts';
import type { Rule } from '../rule.ts';

export const symlink: Rule = {
  name: 'symlink',
  severity: 'error',
  finds:
    'A symlink that has no target, leads back to itself, or leaves the layer for a path that is not known to exist on Lambda.',
  remedy: 'Put the target into the layer, or remove the link.',
  *check(layer) {
    for (const link of layer.symlinks) {
      const message = findFault(link, layer);
      if (message !== undefined) yield { file: link.path, subject: link.target, message };
    }
  },
};

function findFault({ path }: TreeSymlink, { resolvePath, policy }: AuditedLayer): string | undefined {
  const target = resolvePath(posix.join('/opt', path));
  if (target.kind === 'missing') return 'The target of the link does not exist.';
  if (target.kind === 'loop') return 'The link leads back to itself.';
  if (target.kind === 'outside' && !policy.hasPath(target.path)) {
    return `The link leaves the layer for ${target.path}, which is not known to exist on ${policy.runtime}.`;
  }
  return undefined;
}
