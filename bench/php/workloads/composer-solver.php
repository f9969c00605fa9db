<?php

declare(strict_types=1);

// Composer's solver: resolves versions of 120 packages that depend on each other.

require 'Composer/autoload.php';

use Composer\DependencyResolver\{DefaultPolicy, Request, Solver};
use Composer\IO\NullIO;
use Composer\Package\Loader\ArrayLoader;
use Composer\Repository\{ArrayRepository, LockArrayRepository, RepositorySet};

$loader = new ArrayLoader();
$operations = 0;
for ($round = 0; $round < 3; $round++) {
    $packages = [];
    for ($name = 0; $name < 120; $name++) {
        for ($version = 0; $version < 12; $version++) {
            $require = [];
            for ($i = 1; $i <= 4; $i++) {
                $other = $name + $i * 7 + ($version % 3) + $round;
                if ($other < 120) {
                    $require["acme/p$other"] = match ($i % 3) {
                        0 => '^1.0 || ^2.0',
                        1 => '>=1.' . intdiv($version, 3),
                        default => '~1.' . intdiv($version, 4) . ' || ^2.0 || 3.*',
                    };
                }
            }
            $packages[] = $loader->load([
                'name' => "acme/p$name",
                'version' => (1 + intdiv($version, 4)) . '.' . $version % 4 . '.' . ($name % 5),
                'require' => $require,
                'conflict' => $name % 10 === 3 ? ['acme/p' . ($name + 1) => '>=3.3'] : [],
                'replace' => $name % 17 === 5 ? ["acme/old$name" => 'self.version'] : [],
            ]);
        }
    }
    $set = new RepositorySet();
    $set->addRepository(new ArrayRepository($packages));
    $request = new Request(new LockArrayRepository());
    $versions = new Composer\Semver\VersionParser();
    for ($name = 0; $name < 7; $name++) {
        $request->requireName("acme/p$name", $versions->parseConstraints('^1.2 || ^2.0 || ^3.0'));
    }
    $pool = $set->createPool($request, new NullIO());
    $solver = new Solver(new DefaultPolicy(), $pool, new NullIO());
    $operations += count($solver->solve($request)->getOperations());
}
echo $operations, "\n";
