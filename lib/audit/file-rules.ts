import { posix } from 'node:path';
import type { TreeFile, TreeSymlink } from '#lib/layer/tree.ts';
import { type Finding, findingOf } from './findings.ts';
import type { ResolvePath } from './layer-paths.ts';
import type { Policy } from './policy.ts';

/** What files have to be executable for Lambda to start them: programs, the bootstrap, external extensions. */
const startedFiles = /^(?:bin\/|bootstrap$|extensions\/[^/]+$)/;

/** Rules for one file, whatever is in it but for its first bytes. */
export function checkFile(file: TreeFile, isProgram: boolean): readonly Finding[] {
  const findings: Finding[] = [];
  const about = { file: file.path, subject: octal(file.permissions) };
  if ((file.permissions & 0o6000) !== 0) {
    const message =
      'The set-uid or set-gid bit is not kept in a layer, so a program that needs it fails on Lambda.';
    findings.push(findingOf('set-id', { ...about, message }));
  }
  if ((file.permissions & 0o002) !== 0) {
    findings.push(findingOf('world-writable', { ...about, message: 'Everybody may change this file.' }));
  }
  if (isProgram && !file.isExecutable && startedFiles.test(file.path)) {
    const message = 'A program that is not executable cannot be started on Lambda.';
    findings.push(findingOf('not-executable', { ...about, message }));
  }
  return findings;
}

/** A symlink leads to something in the layer, or to a path that Lambda has. */
export function checkSymlink(
  link: TreeSymlink,
  resolve: ResolvePath,
  policy: Pick<Policy, 'hasPath' | 'runtime'>,
): readonly Finding[] {
  const message = findLinkFault(link, resolve, policy);
  return message === undefined
    ? []
    : [findingOf('symlink', { file: link.path, subject: link.target, message })];
}

function findLinkFault(
  link: TreeSymlink,
  resolve: ResolvePath,
  policy: Pick<Policy, 'hasPath' | 'runtime'>,
): string | undefined {
  const place = resolve(posix.join('/opt', link.path));
  if (place.kind === 'missing') return 'The link leads to nothing.';
  if (place.kind === 'loop') return 'The link leads back to itself.';
  if (place.kind === 'outside' && !policy.hasPath(place.path)) {
    return `The link leads out of the layer to ${place.path}, which is not known to exist on ${policy.runtime}.`;
  }
  return undefined;
}

/** Permissions as `chmod` takes them: `0644`. */
function octal(permissions: number): string {
  return permissions.toString(8).padStart(4, '0');
}
