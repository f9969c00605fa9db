import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BaseOs, type BaseOsChoice, baseOsImage } from '#lib/base-os/names.ts';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { CommandError, type Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import policy from '../../policies/lambda-al2023.json' with { type: 'json' };

export interface RootNeeds {
  readonly docker: string;
  readonly run: Run;
  readonly log: Logger;
  /** Images that the roots are made from. */
  readonly images: Readonly<Record<BaseOs, (cpu: Cpu) => string>>;
  /** Folder with a recipe for each test root: `lib/sandbox/roots` of this repository. */
  readonly recipes: string;
}

/** The image that layers are tested on. */
export interface TestRoot {
  readonly base: BaseOs;
  readonly image: string;
}

export const baseImages: RootNeeds['images'] = {
  al2023: (cpu) => baseOsImage('al2023', cpu),
  'debian-12': (cpu) => baseOsImage('debian-12', cpu),
};

/**
 * The test root for a CPU, made where it is not there yet: its image is named after a hash of the recipe, so that it
 * is made once. `auto` is Amazon's image where it is at hand or can be pulled, else the bare Debian root.
 */
export async function prepareRoot(base: BaseOsChoice, cpu: Cpu, needs: RootNeeds): Promise<TestRoot> {
  const chosen = base === 'auto' ? await chooseBase(cpu, needs) : base;
  const source = needs.images[chosen](cpu);
  const id = (await findImage(source, needs)) ?? (await obtain(chosen, source, cpu, needs));
  const data = recipeData(cpu)[chosen];
  const hash = await hashRecipe(chosen, id, data, needs.recipes);
  const image = `bref/test-root-${chosen}:${cpu}-${hash}`;
  if ((await findImage(image, needs)) === undefined) {
    needs.log.info(`Making the test root ${image}`);
    await build({ base: chosen, source, image, data, cpu }, needs);
  }
  return { base: chosen, image };
}

async function chooseBase(cpu: Cpu, needs: RootNeeds): Promise<BaseOs> {
  const amazon = needs.images.al2023(cpu);
  if ((await findImage(amazon, needs)) !== undefined) return 'al2023';
  const { exitCode, stderr } = await pull(amazon, cpu, needs);
  if (exitCode === 0) return 'al2023';
  needs.log.info(
    `Testing on debian-12, since ${amazon} cannot be pulled: ${stderr.trim().split('\n').at(-1)}`,
  );
  return 'debian-12';
}

async function obtain(base: BaseOs, source: string, cpu: Cpu, needs: RootNeeds): Promise<string> {
  const remedies: Record<BaseOs, string> = {
    al2023: 'check the network, or set the input "base" to debian-12',
    'debian-12': 'run `make setup`, which makes it, or set the input "base" to al2023',
  };
  const fault =
    base === 'al2023' ? (await pull(source, cpu, needs)).stderr.trim() : 'it is not on this machine';
  const id = await findImage(source, needs);
  if (id === undefined)
    throw new ActionError(`No image "${source}" to test on (${fault}): ${remedies[base]}.`);
  return id;
}

function pull(image: string, cpu: Cpu, { docker, run }: RootNeeds) {
  return run([docker, 'pull', '--quiet', '--platform', cpuNames[cpu].platform, image], {
    allowFailure: true,
  });
}

/** The id of a local image; undefined where there is none. */
async function findImage(image: string, { docker, run }: RootNeeds): Promise<string | undefined> {
  const command = [docker, 'image', 'inspect', '--format', '{{.Id}}', image] as const;
  const { exitCode, stdout } = await run(command, { allowFailure: true });
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** The data file of each recipe: its name and content. */
function recipeData(cpu: Cpu): Record<BaseOs, readonly [file: string, content: string]> {
  const { sonames } = policy.architectures[cpuNames[cpu].aws];
  return {
    al2023: ['absent', policy.notOnLambda.join('\n')],
    'debian-12': ['offered', sonames.join('\n')],
  };
}

async function hashRecipe(
  base: BaseOs,
  id: string,
  data: readonly [string, string],
  recipes: string,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([id, data]));
  const folder = join(recipes, base);
  for (const name of (await readdir(folder)).sort()) hash.update(await readFile(join(folder, name)));
  return hash
    .update(await readFile(join(recipes, 'serve')))
    .digest('hex')
    .slice(0, 12);
}

interface Recipe {
  readonly base: BaseOs;
  readonly source: string;
  readonly image: string;
  readonly data: readonly [file: string, content: string];
  readonly cpu: Cpu;
}

async function build(recipe: Recipe, { docker, run, recipes }: RootNeeds): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'test-layer-root-'));
  try {
    await cp(join(recipes, recipe.base), context, { recursive: true });
    await cp(join(recipes, 'serve'), join(context, 'serve'));
    await writeFile(join(context, recipe.data[0]), `${recipe.data[1]}\n`);
    await run([
      docker,
      'buildx',
      'build',
      // The builder that sees the engine's own images: no registry has the Debian base.
      '--builder',
      'default',
      '--load',
      '--network',
      'none',
      '--platform',
      cpuNames[recipe.cpu].platform,
      '--build-arg',
      `BASE=${recipe.source}`,
      '--tag',
      recipe.image,
      context,
    ]);
  } catch (error) {
    throw explainPlatform(error, recipe.cpu);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Names the remedy where a machine cannot run programs of another CPU. */
export function explainPlatform(error: unknown, cpu: Cpu): unknown {
  if (!(error instanceof CommandError) || !/exec format error/i.test(error.result.stderr)) return error;
  const { platform } = cpuNames[cpu];
  return new ActionError(
    `This machine cannot run programs for ${platform}. Use a runner of that CPU, or register QEMU: ` +
      'on GitHub with docker/setup-qemu-action, on Debian by installing qemu-user-static and binfmt-support.',
    { cause: error },
  );
}
