import type { FetchedSource } from '#lib/sources/fetch.ts';

/** One entry of a layer's `components`; its other keys are documented in package-layer's README. */
export interface Component {
  readonly name: string;
  readonly [key: string]: unknown;
}

/**
 * Completes what the build says of the software in the layers: `artifact`, the name of an archive in sources.json,
 * becomes `source`, where that archive is from and its hash.
 */
export function nameSources(
  components: readonly Component[],
  sources: readonly FetchedSource[],
): readonly Component[] {
  return components.map(({ artifact, ...component }) => {
    const source = sources.find(({ name }) => name === artifact);
    if (source === undefined) return component;
    const { version, sha256, url } = source;
    return {
      ...component,
      source: { name: source.name, version, sha256, ...(url !== undefined && { url }) },
    };
  });
}
