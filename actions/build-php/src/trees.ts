import { access, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Compilation } from '#lib/base-os/compilation.ts';
import type { BaseOs } from '#lib/base-os/names.ts';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { FetchedSource } from '#lib/sources/fetch.ts';
import { lockTrees } from './build-lock.ts';
import type { BuildMode } from './build-mode.ts';
import type { Component } from './components.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * Metadata of a tree, in `<layer>.metadata.json` beside it. package-layer copies it into the layer's manifest, so its
 * keys are a published format.
 */
export interface Metadata {
  readonly schema: 1;
  readonly layer: string;
  readonly cpu: Cpu | 'any';
  /** If false, publish-layer refuses the layer, except for a server on this machine. */
  readonly publishable: boolean;
  readonly php?: string;
  readonly base?: BaseOs;
  readonly baseImage?: string;
  readonly compilation?: Compilation;
  readonly profile?: BuildMode;
  readonly configureFlags?: readonly string[];
  readonly sources?: readonly Pick<FetchedSource, 'name' | 'version' | 'sha256'>[];
  /** The build key. */
  readonly inputs?: string;
  /** The software in the layer, with version, license and source. package-layer makes the SBOM from it. */
  readonly components?: readonly Component[];
  /** The other entries of facts.json, such as compiler and extensions. */
  readonly facts?: unknown;
}

/** Content of facts.json, which the Dockerfile's stage `trees` exports. */
export interface Facts {
  readonly components: readonly Component[];
  readonly [fact: string]: unknown;
}

/** Returns the layers of a version: the Dockerfile's name of each tree, and the layer's name. */
export function layerNames(
  phpVersion: string,
  cpu: Cpu,
): Readonly<Record<'function' | 'fpm' | 'console', string>> {
  const { prefix } = cpuNames[cpu];
  return {
    function: `${prefix}php-${phpVersion}`,
    fpm: `${prefix}php-${phpVersion}-fpm`,
    // A script without machine code, for all versions and CPUs. Its lower layer is a function layer.
    console: 'console',
  };
}

export function metadataPath(output: string, layer: string): string {
  return join(output, `${layer}.metadata.json`);
}

/** Returns the folder of a version's PGO profile, beside the tree of its function layer. */
export function pgoProfilePath(output: string, functionLayer: string): string {
  return join(output, `${functionLayer}.profile`);
}

/** Suffixes of optional files and folders beside a tree, which are named `<layer>.<suffix>`. */
const sidecarSuffixes = ['waivers.txt', 'profile'];

/** Returns the key of the build that made a tree, or undefined if the tree or its metadata is missing. */
export async function readBuildKey(output: string, layer: string): Promise<string | undefined> {
  try {
    await access(join(output, layer));
    const metadata = JSON.parse(await readFile(metadataPath(output, layer), 'utf8')) as Metadata;
    return metadata.inputs;
  } catch {
    return undefined;
  }
}

/** @throws ActionError if facts.json is missing or not JSON */
export async function readFacts(exportFolder: string): Promise<Facts> {
  const path = join(exportFolder, 'facts.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Facts;
  } catch (cause) {
    throw new ActionError(
      `${path} cannot be read as JSON. The stage "trees" of php/Dockerfile must export it.`,
      { cause },
    );
  }
}

/**
 * Moves an exported tree to `finished` under its layer's name, with its metadata.
 *
 * @param waivers file with the findings that package-layer may accept in this tree, and their reasons
 */
export async function finishTree(
  exported: string,
  finished: string,
  metadata: Metadata,
  waivers?: string,
): Promise<void> {
  const tree = join(finished, metadata.layer);
  await mkdir(finished, { recursive: true });
  await rename(exported, tree);
  if (waivers !== undefined) await copyFile(waivers, `${tree}.waivers.txt`);
  await writeFile(metadataPath(finished, metadata.layer), `${JSON.stringify(metadata, null, 2)}\n`);
}

/**
 * Moves finished trees and their sidecars to `output`. The old metadata is removed first and the new metadata moved
 * last, so that an incomplete tree never has metadata.
 */
export async function placeTrees(
  finished: string,
  output: string,
  layers: readonly string[],
  dependencies: Pick<Dependencies, 'log' | 'signal' | 'cacheFolder'>,
): Promise<void> {
  await using _lock = await lockTrees(dependencies);
  await mkdir(output, { recursive: true });
  for (const layer of layers) {
    await rm(metadataPath(output, layer), { force: true });
    await rm(join(output, layer), { recursive: true, force: true });
    await rename(join(finished, layer), join(output, layer));
    const names = await readdir(finished);
    for (const name of sidecarSuffixes.map((suffix) => `${layer}.${suffix}`)) {
      await rm(join(output, name), { recursive: true, force: true });
      if (names.includes(name)) await rename(join(finished, name), join(output, name));
    }
    await rename(metadataPath(finished, layer), metadataPath(output, layer));
  }
}
