import { access, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Compilation } from '#lib/base-os/compilation.ts';
import type { BaseOs } from '#lib/base-os/names.ts';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { FetchedSource } from '#lib/sources/fetch.ts';
import type { Component } from './components.ts';
import type { Profile } from './inputs.ts';

/** What is said of a tree; written beside it as `<layer>.metadata.json` and taken into the layer's manifest. */
export interface Metadata {
  readonly schema: 1;
  readonly layer: string;
  readonly cpu: Cpu | 'any';
  /** publish-layer refuses what is not, anywhere but at a server on this machine. */
  readonly publishable: boolean;
  readonly php?: string;
  readonly base?: BaseOs;
  readonly baseImage?: string;
  readonly compilation?: Compilation;
  readonly profile?: Profile;
  readonly configureFlags?: readonly string[];
  readonly sources?: readonly Pick<FetchedSource, 'name' | 'version' | 'sha256'>[];
  /** Digest of everything that the build was made from. */
  readonly inputs?: string;
  /** The software in the layer, with version, licence and source; package-layer makes the SBOM of it. */
  readonly components?: readonly Component[];
  /** What else the build said of itself: compiler, extensions. */
  readonly facts?: unknown;
}

/** What the build says of itself. */
export interface Facts {
  readonly components: readonly Component[];
  readonly [fact: string]: unknown;
}

/** The layers of a version: the tree that the Dockerfile exports, and the layer's name. */
export function layerNames(
  phpVersion: string,
  cpu: Cpu,
): Readonly<Record<'function' | 'fpm' | 'console', string>> {
  const { prefix } = cpuNames[cpu];
  return {
    function: `${prefix}php-${phpVersion}`,
    fpm: `${prefix}php-${phpVersion}-fpm`,
    // One for all versions and CPUs: a script, stacked on a function layer.
    console: 'console',
  };
}

export function metadataPath(output: string, layer: string): string {
  return join(output, `${layer}.metadata.json`);
}

/** Where the profile lies that a version's layers were optimised with: beside the function layer's tree. */
export function profilePath(output: string, functionLayer: string): string {
  return join(output, `${functionLayer}.profile`);
}

/** What may lie beside a tree, after its name. */
const sidecars = ['waivers.txt', 'profile'];

/** The digest that a tree was made from, or undefined where there is no whole tree. */
export async function readTreeDigest(output: string, layer: string): Promise<string | undefined> {
  try {
    await access(join(output, layer));
    const metadata = JSON.parse(await readFile(metadataPath(output, layer), 'utf8')) as Metadata;
    return metadata.inputs;
  } catch {
    return undefined;
  }
}

/** What the Dockerfile's `trees` stage says in facts.json. */
export async function readFacts(exported: string): Promise<Facts> {
  const path = join(exported, 'facts.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Facts;
  } catch (cause) {
    throw new ActionError(`The build exported no readable facts.json (${path}).`, { cause });
  }
}

/**
 * Gives a finished tree its name, with its metadata beside it.
 *
 * @param waivers file of what package-layer may accept in this tree, with the reasons
 */
export async function finishTree(
  exported: string,
  finished: string,
  metadata: Metadata,
  waivers?: string,
): Promise<void> {
  const final = join(finished, metadata.layer);
  await mkdir(finished, { recursive: true });
  await rename(exported, final);
  if (waivers !== undefined) await copyFile(waivers, `${final}.waivers.txt`);
  await writeFile(metadataPath(finished, metadata.layer), `${JSON.stringify(metadata, null, 2)}\n`);
}

/**
 * Moves finished trees to where they are wanted, with what lies beside them. Metadata goes first and comes back last: a
 * tree that is only half in place never has any.
 */
export async function placeTrees(finished: string, output: string, layers: readonly string[]): Promise<void> {
  await mkdir(output, { recursive: true });
  for (const layer of layers) {
    await rm(metadataPath(output, layer), { force: true });
    await rm(join(output, layer), { recursive: true, force: true });
    await rename(join(finished, layer), join(output, layer));
    const names = await readdir(finished);
    for (const name of sidecars.map((ending) => `${layer}.${ending}`)) {
      await rm(join(output, name), { recursive: true, force: true });
      if (names.includes(name)) await rename(join(finished, name), join(output, name));
    }
    await rename(metadataPath(finished, layer), metadataPath(output, layer));
  }
}
