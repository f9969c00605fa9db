<?php

declare(strict_types=1);

function states(): array
{
    $states = [];
    foreach (glob('/proc/[1-9]*/stat') as $file) {
        if (preg_match('/^\d+ \(php\) (\w)/', (string) @file_get_contents($file), $match) === 1) {
            $states[] = $match[1] === 'Z' ? 'zombie' : 'alive';
        }
    }

    return $states;
}

// Zombie processes would fill the process table. The previous process may not have disappeared yet.
return static function (): array {
    for ($tries = 0; count(states()) > 2 && $tries < 100; $tries++) {
        usleep(10_000);
    }

    return states();
};
