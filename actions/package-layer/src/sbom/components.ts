import { isCPE } from '@cyclonedx/cyclonedx-library/Types';
import type { Manifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A piece of software of which files are in a layer: one entry of `components` in a builder's metadata. */
export interface LayerComponent {
  readonly name: string;
  readonly version?: string;
  readonly type: ComponentKind;
  /** Package URL: the identity by which scanners know a distribution's package. */
  readonly purl?: string;
  /** Common Platform Enumeration, of the forms that CycloneDX knows. */
  readonly cpe?: string;
  /** An SPDX identifier or expression; otherwise whatever the distribution calls it. */
  readonly license?: string;
  /** Path in the layer of the file that has the licence's text. */
  readonly licenseText?: string;
  readonly source?: ComponentSource;
  /** Paths in the layer; a path that is not in it is ignored, so that one list can serve several layers. */
  readonly files: readonly string[];
}

/** What the component was compiled from. */
export interface ComponentSource {
  /** Such as the distribution's source package. */
  readonly name?: string;
  readonly version?: string;
  readonly url?: string;
  /** Hexadecimal, of what is had from `url`. */
  readonly sha256?: string;
}

const kinds = ['application', 'data', 'framework', 'library'] as const;
export type ComponentKind = (typeof kinds)[number];

/**
 * The components that a builder's metadata names; none where it names none. Throws an ActionError that says which
 * entry breaks which rule.
 */
export function readComponents(metadata: Manifest['metadata']): readonly LayerComponent[] {
  const list = metadata?.components ?? [];
  if (!Array.isArray(list)) throw new ActionError('"components" of the metadata must be a list.');
  const components = list.map((entry: unknown, index) => {
    const read = readerOf(entry, `"components" of the metadata, entry ${index + 1}`);
    return toComponent(read);
  });
  const claims = new Map<string, string>();
  for (const { name, files } of components) {
    for (const file of files) {
      const other = claims.get(file);
      if (other !== undefined) {
        throw new ActionError(
          `"components" of the metadata: "${file}" is claimed by ${other} and by ${name}.`,
        );
      }
      claims.set(file, name);
    }
  }
  return components;
}

/** Throws an ActionError where a component is in the layer and its licence is not. */
export function checkLicenseTexts(components: readonly LayerComponent[], paths: ReadonlySet<string>): void {
  for (const { name, files, licenseText } of components) {
    if (licenseText === undefined || paths.has(licenseText)) continue;
    if (files.some((file) => paths.has(file))) {
      throw new ActionError(
        `"components" of the metadata: the licence of ${name}, ${licenseText}, is not in the layer. ` +
          'Put it there, or leave "licenseText" out.',
      );
    }
  }
}

function toComponent(read: Reader): LayerComponent {
  const type = read.text('type') ?? 'library';
  const kind = kinds.find((candidate) => candidate === type);
  if (kind === undefined) throw read.fault('type', `must be one of ${kinds.join(', ')}`);
  const name = read.text('name');
  if (name === undefined) throw read.fault('name', 'is required');
  const files = read.texts('files');
  if (files.some((path) => path.startsWith('/'))) {
    throw read.fault('files', 'must be paths in the layer, such as lib/libx.so.1');
  }
  const cpe = read.text('cpe');
  if (cpe !== undefined && !isCPE(cpe)) throw read.fault('cpe', 'must be a CPE');
  const source = read.record('source');
  const hash = source?.text('sha256');
  if (hash !== undefined && !/^[0-9a-f]{64}$/.test(hash)) {
    throw source?.fault('sha256', 'must be 64 lower-case hexadecimal digits');
  }
  return {
    name,
    type: kind,
    files,
    ...optional(read, ['version', 'purl', 'cpe', 'license', 'licenseText']),
    ...(source && { source: optional(source, ['name', 'version', 'url', 'sha256']) }),
  };
}

function optional<const K extends string>(read: Reader, names: readonly K[]): { [key in K]?: string } {
  const found = names.flatMap((name) => {
    const value = read.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found) as { [key in K]?: string };
}

interface Reader {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  record(name: string): Reader | undefined;
  fault(name: string, rule: string): ActionError;
}

/** Reads the values of an object that came from JSON; what is wrong is told with `where` it is. */
function readerOf(value: unknown, where: string): Reader {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ActionError(`${where} must be an object; got ${JSON.stringify(value)}.`);
  }
  const record = value as Readonly<Record<string, unknown>>;
  const isText = (entry: unknown): entry is string => typeof entry === 'string' && entry !== '';
  const fault = (name: string, rule: string): ActionError =>
    new ActionError(`${where}: "${name}" ${rule}; got ${JSON.stringify(record[name]) ?? 'nothing'}.`);
  return {
    fault,
    text(name) {
      const found = record[name];
      if (found === undefined || isText(found)) return found;
      throw fault(name, 'must be a text that is not empty');
    },
    texts(name) {
      const found = record[name];
      if (Array.isArray(found) && found.every(isText)) return found;
      throw fault(name, 'must be a list of texts');
    },
    record(name) {
      return record[name] === undefined ? undefined : readerOf(record[name], `${where}, "${name}"`);
    },
  };
}
