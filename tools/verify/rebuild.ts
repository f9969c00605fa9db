import { join, resolve } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Level } from '#lib/zip/levels.ts';

/** A layer to be made again, at the level that the other was packed at: another gives other bytes. */
export interface WantedLayer {
  readonly name: string;
  readonly level: Level;
}

export interface RebuildOptions {
  /** Receives trees and packaged layers. */
  readonly folder: string;
  readonly base: string;
  readonly profile: string;
  /** The profile that the layers were optimised with, in a folder; undefined: training is done anew. */
  readonly trainedProfile: string | undefined;
}

const runAction = resolve(import.meta.dirname, '../run-action/main.ts');

/**
 * Builds layers from this checkout, using nothing of an earlier build, and packages them into `folder`. All must be of
 * one PHP version and CPU.
 */
export async function rebuildLayers(
  layers: readonly WantedLayer[],
  { folder, base, profile, trainedProfile = '' }: RebuildOptions,
  run: Run,
): Promise<void> {
  const { php, cpu } = commonBuild(layers.map(({ name }) => name));
  const trees = join(folder, 'tree');
  const action = (name: string, ...inputs: readonly string[]) =>
    run([process.execPath, runAction, name, ...inputs], { show: true });
  await action(
    'build-php',
    ...[`php-version=${php}`, `cpu=${cpu}`, `base=${base}`, `profile=${profile}`],
    ...['cache=false', `trained-profile=${trainedProfile}`, `output=${trees}`],
  );
  for (const { name, level } of layers) {
    await action(
      'package-layer',
      ...[`path=${join(trees, name)}`, `name=${name}`, `level=${level}`, `output=${folder}`],
      `cpu=${name === 'console' ? 'any' : cpu}`,
    );
  }
}

/** The build that makes all of these layers. `console` comes with any of them. */
export function commonBuild(names: readonly string[]): { readonly php: string; readonly cpu: 'x86' | 'arm' } {
  const builds = new Set(
    names
      .filter((name) => name !== 'console')
      .map((name) => {
        const [, arm, php = ''] = /^(arm-)?php-(\d\d)(?:-fpm)?$/.exec(name) ?? [];
        if (php === '') {
          throw new ActionError(`"${name}" is not a layer of this repository, so it cannot be built anew.`);
        }
        return `${arm === undefined ? 'x86' : 'arm'} ${php}`;
      }),
  );
  if (builds.size > 1) throw new ActionError(`${names.join(', ')} are made by several builds.`);
  const [cpu, php = '82'] = ([...builds][0] ?? 'x86').split(' ');
  return { php, cpu: cpu === 'arm' ? 'arm' : 'x86' };
}
