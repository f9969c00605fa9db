import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Cpu, cpuNames } from '../../../shared/cpu.ts';
import { ActionError } from '../../../shared/errors.ts';
import { type Manifest, manifestPath, readManifest } from '../../../shared/manifest.ts';
import { type Architecture, architectures, type Inputs, isLoopback } from '../inputs.ts';

/** A zip that passed every check, and what it is to be published as. */
export interface Layer {
  readonly name: string;
  readonly path: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Base64 of the SHA-256 of the zip, AWS's CodeSha256. */
  readonly codeSha256: string;
  readonly architectures: readonly Architecture[];
  readonly runtimes: readonly string[];
  readonly description: string | undefined;
  readonly license: string | undefined;
}

/**
 * Largest zip that PublishLayerVersion takes in its request: the request's bound is 50 MiB as base64 plus room for
 * the rest (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). Larger ones go by S3.
 */
export const largestZip = 50 * 1024 * 1024;

/** Bytes that all layers and the function may have unzipped (same source). */
export const largestUnzipped = 250 * 1024 * 1024;

type LayerInputs = Pick<
  Inputs,
  'layers' | 'compatibleArchitectures' | 'compatibleRuntimes' | 'description' | 'license' | 'lambdaEndpoint'
>;

/**
 * Reads and checks every zip before anything is sent. Throws one ActionError that tells all that is wrong with all
 * of them.
 */
export async function loadLayers(inputs: LayerInputs): Promise<readonly Layer[]> {
  const layers: Layer[] = [];
  const problems: string[] = [];
  for (const path of inputs.layers) {
    const found = await inspectZip(path, inputs);
    if (Array.isArray(found)) problems.push(...found);
    else layers.push(found);
  }
  for (const name of duplicates(layers.map((layer) => layer.name))) {
    problems.push(`Input "layers" must name each layer once; "${name}" is there more than once.`);
  }
  if (problems.length > 0) throw new ActionError(problems.join('\n'));
  return layers;
}

/** The layer, or all that is wrong with it. */
async function inspectZip(path: string, inputs: LayerInputs): Promise<Layer | string[]> {
  const fault = await findFileFault(path);
  if (fault !== undefined) return [fault];
  const manifest = await readManifest(path);
  const { size, sha256 } = await digest(path);
  const problems = [
    ...findSizeFaults(path, size, manifest),
    ...(manifest === undefined ? [] : findManifestFaults(path, size, sha256, manifest)),
  ];
  const name = manifest?.name ?? basename(path).replace(/\.zip$/, '');
  // botocore's pattern of LayerName, ARNs left out.
  if (!/^[a-zA-Z0-9-_]{1,140}$/.test(name)) {
    problems.push(`${path}: a layer's name must be 1 to 140 of a-z, A-Z, 0-9, "-" and "_"; got "${name}".`);
  }
  if (manifest?.metadata?.publishable === false && !isLoopback(inputs.lambdaEndpoint)) {
    problems.push(
      `${path}: its metadata says that it is not to be published (publishable: false), as of a quick build. ` +
        'Build it with PROFILE=release; a quick one goes only to a local endpoint (AWS_ENDPOINT_URL).',
    );
  }
  const served = manifest === undefined ? inputs.compatibleArchitectures : architecturesOf(manifest.cpu);
  if (served.length === 0) {
    problems.push(
      `${path}: has no ${basename(manifestPath(path))} beside it that says its CPU; ` +
        `set the input "compatible-architectures" to ${architectures.join(' or ')} or both.`,
    );
  }
  if (problems.length > 0) return problems;
  return {
    name,
    path,
    size,
    codeSha256: sha256,
    architectures: served,
    runtimes: inputs.compatibleRuntimes,
    description: inputs.description,
    license: inputs.license,
  };
}

function architecturesOf(cpu: Cpu | 'any'): readonly Architecture[] {
  if (cpu === 'any') return architectures;
  return Object.hasOwn(cpuNames, cpu) ? [cpuNames[cpu].aws] : [];
}

async function findFileFault(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return `${path}: there is no such file; build and package the layer first.`;
  if (!stats.isFile()) return `${path}: must be a zip file.`;
  const file = await open(path);
  try {
    const start = Buffer.alloc(4);
    await file.read(start, 0, 4, 0);
    // The local header that every zip with at least one entry begins with.
    return start.toString('latin1') === 'PK\x03\x04' ? undefined : `${path}: is not a zip with files in it.`;
  } finally {
    await file.close();
  }
}

function findSizeFaults(path: string, size: number, manifest: Manifest | undefined): string[] {
  const faults: string[] = [];
  if (size > largestZip) {
    faults.push(
      `${path}: must be at most ${largestZip} bytes (50 MiB) to be uploaded; it has ${size}. Make it smaller.`,
    );
  }
  if (manifest !== undefined && manifest.unzippedSize > largestUnzipped) {
    faults.push(
      `${path}: must have at most ${largestUnzipped} bytes (250 MiB) unzipped; it has ${manifest.unzippedSize}.`,
    );
  }
  return faults;
}

function findManifestFaults(path: string, size: number, sha256: string, manifest: Manifest): string[] {
  const remedy = 'Package the layer anew, and copy zip and manifest together.';
  const faults: string[] = [];
  if (manifest.zip !== basename(path)) {
    faults.push(`${path}: ${manifestPath(path)} describes another file, "${manifest.zip}". ${remedy}`);
  }
  if (manifest.size !== size) {
    faults.push(`${path}: has ${size} bytes, and its manifest says ${manifest.size}. ${remedy}`);
  }
  if (manifest.codeSha256 !== sha256) {
    faults.push(
      `${path}: has the SHA-256 ${sha256}, and its manifest says ${manifest.codeSha256}. ${remedy}`,
    );
  }
  return faults;
}

async function digest(path: string): Promise<{ size: number; sha256: string }> {
  const hash: Hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('base64') };
}

function duplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
