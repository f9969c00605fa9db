import { basename } from 'node:path';
import { isLoopback } from '#lib/aws/endpoints.ts';
import { type Architecture, architectures, type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { isLayerName, layerNameRule } from '#lib/layer/layer-name.ts';
import { type Manifest, manifestPath } from '#lib/layer/manifest.ts';
import { directUploadLimitBytes, unzippedLimitBytes } from '#lib/layer/quotas.ts';
import type { Inputs } from '../inputs.ts';
import type { ZipFacts } from './zip.ts';

export function findSizeFaults(
  path: string,
  zip: ZipFacts,
  manifest: Manifest | undefined,
  { s3Bucket }: Pick<Inputs, 's3Bucket'>,
): readonly string[] {
  const faults: string[] = [];
  if (zip.size > directUploadLimitBytes && s3Bucket === undefined) {
    faults.push(
      `${path}: must be at most ${directUploadLimitBytes} bytes (50 MiB) to be sent directly; it has ${zip.size}. ` +
        'Give "s3-bucket" to send it by way of S3, or make it smaller.',
    );
  }
  const unzippedSize = Math.max(zip.unzippedSize, manifest?.unzippedSize ?? 0);
  if (unzippedSize > unzippedLimitBytes) {
    faults.push(
      `${path}: must have at most ${unzippedLimitBytes} bytes (250 MiB) unzipped; it has ${unzippedSize}.`,
    );
  }
  return faults;
}

export function findManifestFaults(
  path: string,
  zip: ZipFacts,
  manifest: Manifest | undefined,
): readonly string[] {
  if (manifest === undefined) return [];
  const remedy = 'Package the layer anew, and copy zip and manifest together.';
  const faults: string[] = [];
  if (manifest.zip !== basename(path)) {
    faults.push(`${path}: ${manifestPath(path)} describes another file, "${manifest.zip}". ${remedy}`);
  }
  if (manifest.size !== zip.size) {
    faults.push(`${path}: has ${zip.size} bytes, and its manifest says ${manifest.size}. ${remedy}`);
  }
  if (manifest.codeSha256 !== zip.codeSha256) {
    faults.push(
      `${path}: has the SHA-256 ${zip.codeSha256}, and its manifest says ${manifest.codeSha256}. ${remedy}`,
    );
  }
  return faults;
}

export function findIdentityFaults(
  path: string,
  name: string,
  manifest: Manifest | undefined,
  said: Inputs['compatibleArchitectures'],
): readonly string[] {
  const faults: string[] = [];
  if (!isLayerName(name)) {
    faults.push(`${path}: a layer's name ${layerNameRule}; got "${name}".`);
  }
  const known = architecturesOf(manifest?.cpu);
  if (said === undefined && known.length === 0) {
    faults.push(
      `${path}: has no ${basename(manifestPath(path))} beside it that says its CPU; ` +
        `set the input "compatible-architectures" to ${architectures.join(' or ')} or both.`,
    );
  }
  const stray = known.length === 0 ? undefined : said?.find((architecture) => !known.includes(architecture));
  if (stray !== undefined) {
    faults.push(
      `${path}: is for ${known.join(' and ')} as its manifest says, and "compatible-architectures" says ${stray}.`,
    );
  }
  return faults;
}

export function findPublishableFaults(
  path: string,
  manifest: Manifest | undefined,
  { endpoints, s3Bucket }: Pick<Inputs, 'endpoints' | 's3Bucket'>,
): readonly string[] {
  const isLocal = isLoopback(endpoints.lambda) && (s3Bucket === undefined || isLoopback(endpoints.s3));
  if (manifest?.metadata?.publishable !== false || isLocal) return [];
  return [
    `${path}: its metadata says that it is not to be published (publishable: false), as of a quick build. ` +
      'Build it with PROFILE=release; a quick one goes only to a local endpoint (AWS_ENDPOINT_URL).',
  ];
}

/** The CPUs that a manifest says the layer is for; none where it says nothing that Lambda has. */
export function architecturesOf(cpu: Cpu | 'any' | undefined): readonly Architecture[] {
  if (cpu === 'any') return architectures;
  return cpu !== undefined && Object.hasOwn(cpuNames, cpu) ? [cpuNames[cpu].aws] : [];
}
