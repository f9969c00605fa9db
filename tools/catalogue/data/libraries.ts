import { isRecord } from '#lib/node/json.ts';

/** Software in a layer by the name that its makers give it. */
export interface Library {
  readonly name: string;
  readonly version: string;
}

/**
 * The libraries that a layer's SBOM (CycloneDX) names with a version, each once, by name. Distributions cut one
 * release into several packages; their source package is what people know, so it is named where the SBOM knows it. PHP
 * itself, an `application`, is not among them.
 */
export function listLibraries(sbom: unknown): readonly Library[] {
  const components = isRecord(sbom) && Array.isArray(sbom.components) ? sbom.components : [];
  const libraries = components.filter(isRecord).flatMap((component): readonly Library[] => {
    const name = readProperty(component, 'source:name') ?? component.name;
    const version = readProperty(component, 'source:version') ?? component.version;
    const isLibrary = component.type === 'library' && typeof name === 'string' && typeof version === 'string';
    return isLibrary ? [{ name, version }] : [];
  });
  const unique = new Map(libraries.map((library) => [`${library.name} ${library.version}`, library]));
  return [...unique.values()].sort((left, right) => left.name.localeCompare(right.name, 'en'));
}

function readProperty({ properties }: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (!Array.isArray(properties)) return undefined;
  const property = properties.filter(isRecord).find((candidate) => candidate.name === name);
  return typeof property?.value === 'string' ? property.value : undefined;
}
