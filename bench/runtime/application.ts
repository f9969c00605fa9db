import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** About as many classes as a framework loads for one request. */
const classCount = 200;
const methodCount = 20;

/**
 * Writes `application.php` and the classes that it loads. Compiling this code takes time, running it does not.
 * `application.php` returns the sum of the results of one method per class.
 */
export async function writeApplication(folder: string): Promise<void> {
  await mkdir(join(folder, 'src'), { recursive: true });
  const names = Array.from({ length: classCount }, (_, index) => `Service${index}`);
  await Promise.all(
    names.map((name, index) => writeFile(join(folder, 'src', `${name}.php`), classCode(name, index))),
  );
  const lines = [
    '<?php',
    "spl_autoload_register(static fn (string $class) => require __DIR__ . '/src/' . substr($class, 4) . '.php');",
    'return array_sum([',
    ...names.map((name) => `    (new App\\${name}('x'))->method1(2),`),
    ']);',
  ];
  await writeFile(join(folder, 'application.php'), `${lines.join('\n')}\n`);
}

function classCode(name: string, seed: number): string {
  const methods = Array.from({ length: methodCount }, (_, index) => methodCode(index, seed));
  return `<?php

declare(strict_types=1);

namespace App;

final class ${name}
{
    private array $options = ['name' => '${name}', 'seed' => ${seed}, 'tags' => ['a', 'b', 'c']];

    public function __construct(private readonly string $label)
    {
    }
${methods.join('')}}
`;
}

function methodCode(index: number, seed: number): string {
  return `
    /** Long enough for a measurable compilation. */
    public function method${index}(int $count, ?string $format = null): int
    {
        $result = [];
        foreach ($this->options as $key => $value) {
            if (is_array($value)) {
                $result[$key] = implode(',', array_map(static fn (string $tag): string => strtoupper($tag), $value));
            } else {
                $result[$key] = sprintf($format ?? '%s-%d', $this->label, $count + ${index});
            }
        }

        return count($result) + ${seed + index};
    }
`;
}
