<?php

declare(strict_types=1);

// Compiled and linked once, at the start of the environment.
return static fn (): array => [class_exists('App\Preloaded', false), App\Preloaded::greet()];
