export interface Step {
  readonly name: string;
  readonly action: 'build-php' | 'package-layer' | 'test-layer' | 'publish-layer';
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether the step needs an API server in place of AWS. */
  readonly usesAws?: true;
}

const cpu = 'x86';

/**
 * Returns the steps from sources to published layers. The Makefile has the same steps for another image.
 *
 * @param image the stand-in
 * @param output folder for the zips; the trees go to its folder `tree`
 */
export function toSteps(php: string, image: string, output: string): readonly Step[] {
  const base = { base: 'al2023', 'base-image': image };
  const layers = [`php-${php}`, `php-${php}-fpm`, 'console'] as const;
  const [functionLayer, fpmLayer, consoleLayer] = layers.map((layer) => `${output}/${layer}.zip`);
  const test = (name: string, zips: string, sets: string, rest: Record<string, string> = {}): Step => ({
    name: `test-layer ${name}`,
    action: 'test-layer',
    inputs: {
      ...base,
      cpu,
      layers: zips,
      tests: sets,
      // The set `common` compares the version.
      env: `EXPECTED_PHP=${php}`,
      ...rest,
    },
  });
  return [
    {
      name: `build-php ${php}`,
      action: 'build-php',
      inputs: { ...base, cpu, 'php-version': php, profile: 'quick', output: `${output}/tree` },
    },
    ...layers.map(
      (layer): Step => ({
        name: `package-layer ${layer}`,
        action: 'package-layer',
        inputs: {
          path: `${output}/tree/${layer}`,
          name: layer,
          cpu: layer === 'console' ? 'any' : cpu,
          level: 'fast',
          output,
        },
      }),
    ),
    test(
      `php-${php}`,
      functionLayer ?? '',
      'tests/layers/common tests/layers/function tests/layers/runtimes',
    ),
    test(`php-${php}-fpm`, fpmLayer ?? '', 'tests/layers/common tests/layers/fpm tests/layers/runtimes'),
    test('console', `${functionLayer} ${consoleLayer}`, 'tests/layers/console', {
      'expected-overlaps': 'bootstrap',
    }),
    {
      name: 'publish-layer',
      action: 'publish-layer',
      inputs: {
        layers: layers.map((layer) => `${output}/${layer}.zip`).join(' '),
        regions: 'us-east-1',
        visibility: 'public',
        'compatible-runtimes': 'provided.al2023',
        output,
      },
      usesAws: true,
    },
  ];
}
