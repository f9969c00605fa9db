import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseOsNames } from '#lib/base-os/names.ts';
import { type BundleOptions, runBundle } from './run-bundle.ts';

// A PHP version that compiles nothing. The bundle, BuildKit and the engine are real, and a build takes seconds.
const versionDockerfile = `
FROM toolchain AS php
RUN --network=none echo configured > /configured
`;

export const tinyDockerfile = `
ARG BUILD_PLATFORM
ARG LAYER_PLATFORM
FROM --platform=$BUILD_PLATFORM build-base AS toolchain
FROM php AS configured
RUN --network=none test -z "$PHP_COMPILATION_FLAGS" || { echo "configure: error: unrecognized options" >&2; exit 1; }
FROM --platform=$BUILD_PLATFORM php AS trained
RUN --network=none mkdir /profile && head -c 8 /dev/urandom | base64 > /profile/counters
FROM scratch AS trained-profile
COPY --from=trained /profile /
FROM --platform=$BUILD_PLATFORM php AS build-environment
COPY --from=runtime . /layers
RUN --network=none --mount=type=bind,from=sources,target=/sources --mount=type=bind,from=profile,target=/profile \\
    mkdir -p /trees/function/bin /trees/fpm /trees/console && cp /sources/php.tar /trees/function/bin/php && \\
    ln -s php /trees/function/bin/link && if [ -e /profile/counters ]; then cp /profile/counters /trees/function/; fi && cp /layers/bootstrap /trees/fpm/ && cp /layers/bootstrap /trees/console/ && \\
    echo '{ "compiler": "none", "components": [{ "name": "php", "artifact": "php" }] }' > /trees/facts.json
FROM scratch AS trees
COPY --from=build-environment /trees /
FROM --platform=$LAYER_PLATFORM base AS function
COPY --from=trees /function /opt
FROM --platform=$LAYER_PLATFORM base AS fpm
COPY --from=trees /fpm /opt
FROM function AS console
FROM fpm AS fpm-dev
`;

export const tinySource = 'a source archive';
export const tinySha256 = createHash('sha256').update(tinySource).digest('hex');

/**
 * Writes a suite with the single version 99.
 *
 * @param url server of the source archive
 * @param dockerfile content of the shared Dockerfile
 */
export async function makeTinySuite(folder: string, url: string, dockerfile = tinyDockerfile): Promise<void> {
  for (const name of [
    'php',
    'php-99',
    'php/bases/al2023/packages',
    'php/bases/al2023/compile',
    'php/bases/debian-12/packages',
    'php/bases/debian-12/compile',
    'php/runtime',
    'php/dev-image',
    'php/training',
    'php/build-tools/describe-build',
    'php/build-tools/lib-copy',
    'policies',
    'php/keys',
  ]) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'bootstrap'), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
  }
  for (const baseOs of baseOsNames) {
    const layerFolder = join(folder, 'php/bases', baseOs, 'layer');
    await mkdir(layerFolder, { recursive: true });
    await writeFile(join(layerFolder, 'waivers.txt'), 'foreign-path: not needed\n');
  }
  await writeFile(join(folder, 'php/Dockerfile'), dockerfile);
  await writeFile(join(folder, 'php-99/Dockerfile'), versionDockerfile);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ version: '1.2.3' }));
  const artifact = { name: 'php', version: '9.9.1', sha256: tinySha256, urls: [`${url}/php.tar`] };
  await writeFile(join(folder, 'php-99/sources.json'), JSON.stringify({ artifacts: [artifact] }));
}

export function buildTinyPhp(
  folder: string,
  inputs: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
  { disturb, suite }: Pick<BundleOptions, 'disturb' | 'suite'> = {},
) {
  return runBundle({
    action: 'build-php',
    folder,
    inputs: { 'php-version': '99', base: 'auto', profile: 'quick', 'image-prefix': 'test/', ...inputs },
    environment,
    ...(disturb !== undefined && { disturb }),
    ...(suite !== undefined && { suite }),
  });
}
