import { join, resolve } from 'node:path';
import type { Cpu } from '#lib/layer/cpu.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Level } from '#lib/zip/levels.ts';

/** A layer to build again. It needs the same level as the other zip, because another level gives other bytes. */
export interface RebuiltLayer {
  readonly name: string;
  readonly level: Level;
}

export interface RebuildOptions {
  /** Folder for the layer trees and the packaged layers. */
  readonly folder: string;
  readonly baseOs: string;
  readonly buildMode: string;
  /** Folder with the PGO profile of the other build. Without it, the build trains a new profile. */
  readonly pgoProfile: string | undefined;
}

const runAction = resolve(import.meta.dirname, '../run-action/main.ts');

/**
 * Builds layers from this checkout without the build cache, and packages them into `folder`.
 *
 * @param layers layers of one PHP version and CPU
 * @throws ActionError if one build cannot make all of the layers
 */
export async function rebuildLayers(
  layers: readonly RebuiltLayer[],
  { folder, baseOs, buildMode, pgoProfile = '' }: RebuildOptions,
  run: Run,
): Promise<void> {
  const { php, cpu } = findCommonBuild(layers.map(({ name }) => name));
  const trees = join(folder, 'tree');
  const action = (name: string, ...inputs: readonly string[]) =>
    run([process.execPath, runAction, name, ...inputs], { show: true });
  await action(
    'build-php',
    ...[`php-version=${php}`, `cpu=${cpu}`, `base=${baseOs}`, `profile=${buildMode}`],
    ...['cache=false', `trained-profile=${pgoProfile}`, `output=${trees}`],
  );
  for (const { name, level } of layers) {
    await action(
      'package-layer',
      ...[`path=${join(trees, name)}`, `name=${name}`, `level=${level}`, `output=${folder}`],
      `cpu=${name === 'console' ? 'any' : cpu}`,
    );
  }
}

/**
 * Returns the PHP version and CPU of the build that makes all of these layers. Every build makes `console`.
 *
 * @throws ActionError if there is no such build
 */
export function findCommonBuild(names: readonly string[]): { readonly php: string; readonly cpu: Cpu } {
  const builds = new Set(
    names
      .filter((name) => name !== 'console')
      .map((name) => {
        const [, arm, php = ''] = /^(arm-)?php-(\d\d)(?:-fpm)?$/.exec(name) ?? [];
        if (php === '') {
          throw new ActionError(`"${name}" is not a layer of this repository, so it cannot be built here.`);
        }
        return `${arm === undefined ? 'x86' : 'arm'} ${php}`;
      }),
  );
  if (builds.size > 1) {
    throw new ActionError(`${names.join(', ')} need several builds. Name layers of one PHP version and CPU.`);
  }
  const [cpu, php = '82'] = ([...builds][0] ?? 'x86').split(' ');
  return { php, cpu: cpu === 'arm' ? 'arm' : 'x86' };
}
