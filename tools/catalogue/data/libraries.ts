import { isRecord } from '#lib/node/json.ts';

/** A library in a layer, by its upstream name. */
export interface Library {
  readonly name: string;
  readonly version: string;
}

/**
 * Lists the libraries with a version in a layer's SBOM (CycloneDX), without duplicates, sorted by name. A distribution
 * may split one library into several packages, so the name of the source package is used if the SBOM has it. PHP itself
 * is an `application` and is not listed.
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
