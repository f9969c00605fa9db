import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { findLayerImage } from '../stand-ins/runtime-api/layer-function.ts';

// Runs with the layer's PHP, because it has every extension that a training program may need.

const folder = resolve(import.meta.dirname, '../../php/training');
const image = await findLayerImage('php-82');
const withImage = test.skipIf(image === undefined);
const skipped = image === undefined ? ' (skipped: run `make docker-images-php-82`)' : '';
const run = createRun(silentLogger());

async function inImage(script: string): Promise<string> {
  const options = ['--rm', '--network', 'none', '--volume', `${folder}:/training:ro`, '--entrypoint', 'sh'];
  const { stdout } = await run([await findDocker(run), 'run', ...options, image ?? '', '-ec', script]);
  return stdout;
}

async function listPrograms(): Promise<
  readonly { readonly name: string; readonly needs: readonly string[] }[]
> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.php'));
  return Promise.all(
    names.sort().map(async (name) => {
      const source = await readFile(join(folder, name), 'utf8');
      return { name, needs: /^\/\/ Needs: (.*)$/m.exec(source)?.[1]?.split(', ') ?? [] };
    }),
  );
}

// PHP itself names the extension of each function and class. Extensions in $always cannot be left out of a build.
const readNeeds = `
$always = ['Core', 'date', 'hash', 'json', 'mbstring', 'pcre', 'random', 'Reflection', 'SPL', 'standard'];
foreach (glob('/training/*.php') as $path) {
    $needs = [];
    foreach (PhpToken::tokenize(file_get_contents($path)) as $token) {
        if (!$token->is([T_STRING, T_NAME_FULLY_QUALIFIED])) continue;
        $name = ltrim($token->text, '\\\\\\\\');
        foreach ([ReflectionFunction::class, ReflectionClass::class] as $kind) {
            try { $extension = (new $kind($name))->getExtensionName(); } catch (ReflectionException) { continue; }
            if ($extension !== false && !in_array($extension, $always, true)) $needs[strtolower($extension)] = true;
        }
    }
    ksort($needs);
    echo json_encode([basename($path), array_keys($needs)]), "\\n";
}`;

withImage(`lists the extensions that each program needs${skipped}`, async () => {
  const output = await inImage(`php -r "$(cat <<'PHP'\n${readNeeds}\nPHP\n)"`);
  const used = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string[]]);
  const programs = await listPrograms();
  expect(used.map(([name]) => name)).toEqual(programs.map(({ name }) => name));
  for (const [index, { name, needs }] of programs.entries()) {
    // A PDO driver has no functions or classes, so reflection finds only PDO.
    const expected = needs.map((extension) => extension.replace('pdo_sqlite', 'pdo'));
    expect(expected, name).toEqual(used[index]?.[1]);
  }
  expect(programs.flatMap(({ needs }) => needs)).toContain('dom');
});

withImage(`skips a program if PHP lacks its extension${skipped}`, async () => {
  // This PHP pretends to lack DOM, and only records the programs, because running them takes minutes.
  const output = await inImage(`
    mkdir -p /tmp/build/modules && cd /tmp/build
    cp /opt/bref/extensions/opcache.so modules/
    cat > php <<'SH'
#!/bin/sh
case "$*" in
*' -m') /opt/bin/php "$@" > /tmp/modules; grep -v -x dom /tmp/modules ;;
*) for program; do :; done; basename "$program" >> /tmp/run ;;
esac
SH
    chmod +x php
    /training/train ./php
    cat /tmp/run`);
  expect(output).toContain('training: documents.php is left out, because this PHP lacks dom\n');
  const runs = output.split('\n').filter((line) => /^[a-z-]+\.php$/.test(line));
  const others = (await listPrograms()).map(({ name }) => name).filter((name) => name !== 'documents.php');
  expect(runs).toEqual(others.flatMap((name) => [name, name, name, name]));
});
