import { basename } from 'node:path';
import { isLoopback } from '#lib/aws/endpoints.ts';
import { type Architecture, architectures, type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { isLayerName, layerNameRule } from '#lib/layer/layer-name.ts';
import { formatMebibytes } from '#lib/layer/limits.ts';
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
  if (zip.sizeBytes > directUploadLimitBytes && s3Bucket === undefined) {
    faults.push(
      `${path} must have at most ${directUploadLimitBytes} bytes (${formatMebibytes(directUploadLimitBytes)}) for a direct upload; it has ${zip.sizeBytes}. ` +
        'Set "s3-bucket" to upload it through S3, or make it smaller.',
    );
  }
  const unzippedBytes = Math.max(zip.unzippedBytes, manifest?.unzippedSize ?? 0);
  if (unzippedBytes > unzippedLimitBytes) {
    faults.push(
      `${path} must have at most ${unzippedLimitBytes} bytes (${formatMebibytes(unzippedLimitBytes)}) unzipped; ` +
        `it has ${unzippedBytes}. Remove files from the layer.`,
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
  const fix = 'Package the layer again, and copy zip and manifest together.';
  const faults: string[] = [];
  if (manifest.zip !== basename(path)) {
    faults.push(
      `${path} has the manifest ${manifestPath(path)}, which describes another file, "${manifest.zip}". ${fix}`,
    );
  }
  if (manifest.size !== zip.sizeBytes) {
    faults.push(`${path} has ${zip.sizeBytes} bytes, but its manifest states ${manifest.size}. ${fix}`);
  }
  if (manifest.codeSha256 !== zip.codeSha256) {
    faults.push(
      `${path} has the SHA-256 ${zip.codeSha256}, but its manifest states ${manifest.codeSha256}. ${fix}`,
    );
  }
  return faults;
}

export function findIdentityFaults(
  path: string,
  name: string,
  manifest: Manifest | undefined,
  wanted: Inputs['compatibleArchitectures'],
): readonly string[] {
  const faults: string[] = [];
  if (!isLayerName(name)) {
    faults.push(`The layer name of ${path} ${layerNameRule}; got "${name}".`);
  }
  const inManifest = architecturesOf(manifest?.cpu);
  if (wanted === undefined && inManifest.length === 0) {
    faults.push(
      `${path} has no manifest (${basename(manifestPath(path))}) that names its CPU. ` +
        `Set the input "compatible-architectures" to ${architectures.join(' or ')} or both.`,
    );
  }
  const unsupported =
    inManifest.length === 0 ? undefined : wanted?.find((architecture) => !inManifest.includes(architecture));
  if (unsupported !== undefined) {
    faults.push(
      `${path} is for ${inManifest.join(' and ')} according to its manifest, but "compatible-architectures" has ` +
        `${unsupported}. Remove it from the input.`,
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
    `${path} is marked as not publishable (publishable: false), like every quick build and every build on another base image. ` +
      'Build it with PROFILE=release and without the input "base-image", or publish it to a local endpoint (AWS_ENDPOINT_URL).',
  ];
}

/** Returns Lambda's names for the CPU of a manifest. The list is empty if the CPU is missing or unknown. */
export function architecturesOf(cpu: Cpu | 'any' | undefined): readonly Architecture[] {
  if (cpu === 'any') return architectures;
  return cpu !== undefined && Object.hasOwn(cpuNames, cpu) ? [cpuNames[cpu].aws] : [];
}
