import type { FetchedSource } from '#lib/sources/fetch.ts';

/** An entry of a layer's `components`. package-layer's README documents the other keys. */
export interface Component {
  readonly name: string;
  readonly [key: string]: unknown;
}

/**
 * Replaces `artifact`, the name of an archive in sources.json, by `source`: the archive's origin and hash. Other
 * components stay as they are.
 */
export function addSources(
  components: readonly Component[],
  sources: readonly FetchedSource[],
): readonly Component[] {
  return components.map(({ artifact, ...component }) => {
    const source = sources.find(({ name }) => name === artifact);
    if (source === undefined) return component;
    const { name, version, sha256, url } = source;
    return { ...component, source: { name, version, sha256, ...(url !== undefined && { url }) } };
  });
}
