import { isCPE } from '@cyclonedx/cyclonedx-library/Types';
import type { Manifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';

/** Software with files in a layer: an entry of `components` in the builder's metadata. */
export interface LayerComponent {
  readonly name: string;
  readonly version?: string;
  readonly type: ComponentKind;
  /** Package URL, by which scanners identify a package of a distribution. */
  readonly purl?: string;
  /** Common Platform Enumeration, in a form that CycloneDX accepts. */
  readonly cpe?: string;
  /** SPDX identifier or expression, or the distribution's own name of the license. */
  readonly license?: string;
  /** Path of the license text in the layer. */
  readonly licenseText?: string;
  readonly source?: ComponentSource;
  /** Paths of its files. Paths that are not in the layer are ignored, so that one list can serve several layers. */
  readonly files: readonly string[];
}

/** Source that a component was compiled from. */
export interface ComponentSource {
  /** Name of the archive or source package. */
  readonly name?: string;
  readonly version?: string;
  readonly url?: string;
  /** Hash of the file at `url`, hexadecimal. */
  readonly sha256?: string;
}

const kinds = ['application', 'data', 'framework', 'library'] as const;
export type ComponentKind = (typeof kinds)[number];

/**
 * Reads the components from the builder's metadata.
 *
 * @throws ActionError if an entry breaks a rule, or if two components claim the same file
 */
export function readComponents(metadata: Manifest['metadata']): readonly LayerComponent[] {
  const list = metadata?.components ?? [];
  if (!Array.isArray(list)) {
    throw new ActionError('"components" in the metadata must be a list.');
  }
  const components = list.map((entry: unknown, index) => {
    const read = createReader(entry, `"components" in the metadata, entry ${index + 1}`);
    return toComponent(read);
  });
  const claims = new Map<string, string>();
  for (const { name, files } of components) {
    for (const file of files) {
      const other = claims.get(file);
      if (other !== undefined) {
        throw new ActionError(
          `"components" in the metadata: both ${other} and ${name} claim "${file}". Remove it from one of them.`,
        );
      }
      claims.set(file, name);
    }
  }
  return components;
}

/** @throws ActionError if a component is in the layer, but its license text is not */
export function checkLicenseTexts(components: readonly LayerComponent[], paths: ReadonlySet<string>): void {
  for (const { name, files, licenseText } of components) {
    if (licenseText === undefined || paths.has(licenseText)) continue;
    if (files.some((file) => paths.has(file))) {
      throw new ActionError(
        `"components" in the metadata: the license text of ${name}, "${licenseText}", is not in the layer. ` +
          'Add the file, or omit "licenseText".',
      );
    }
  }
}

function toComponent(read: Reader): LayerComponent {
  const type = read.text('type') ?? 'library';
  const kind = kinds.find((candidate) => candidate === type);
  if (kind === undefined) throw read.invalid('type', `must be one of ${kinds.join(', ')}`);
  const name = read.text('name');
  if (name === undefined) throw read.invalid('name', 'is required');
  const files = read.texts('files');
  if (files.some((path) => path.startsWith('/'))) {
    throw read.invalid('files', 'must be paths in the layer, such as lib/libx.so.1');
  }
  const cpe = read.text('cpe');
  if (cpe !== undefined && !isCPE(cpe))
    throw read.invalid('cpe', 'must be a CPE, such as cpe:2.3:a:php:php:8.2.32:*:*:*:*:*:*:*');
  const source = read.record('source');
  const hash = source?.text('sha256');
  if (hash !== undefined && !/^[0-9a-f]{64}$/.test(hash)) {
    throw source?.invalid('sha256', 'must be 64 lowercase hexadecimal digits');
  }
  return {
    name,
    type: kind,
    files,
    ...readOptionalTexts(read, ['version', 'purl', 'cpe', 'license', 'licenseText']),
    ...(source && { source: readOptionalTexts(source, ['name', 'version', 'url', 'sha256']) }),
  };
}

function readOptionalTexts<const K extends string>(
  read: Reader,
  names: readonly K[],
): { [key in K]?: string } {
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
  invalid(name: string, rule: string): ActionError;
}

/** Creates a reader of a JSON object's values. Its errors start with `where`, the place of the object. */
function createReader(value: unknown, where: string): Reader {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ActionError(`${where} must be an object; got ${JSON.stringify(value)}.`);
  }
  const record = value as Readonly<Record<string, unknown>>;
  const isText = (entry: unknown): entry is string => typeof entry === 'string' && entry !== '';
  const invalid = (name: string, rule: string): ActionError =>
    new ActionError(`${where}: "${name}" ${rule}; got ${JSON.stringify(record[name]) ?? 'nothing'}.`);
  return {
    invalid,
    text(name) {
      const found = record[name];
      if (found === undefined || isText(found)) return found;
      throw invalid(name, 'must be a string that is not empty');
    },
    texts(name) {
      const found = record[name];
      if (Array.isArray(found) && found.every(isText)) return found;
      throw invalid(name, 'must be a list of strings');
    },
    record(name) {
      return record[name] === undefined ? undefined : createReader(record[name], `${where}, "${name}"`);
    },
  };
}
