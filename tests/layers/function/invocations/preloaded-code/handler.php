<?php

declare(strict_types=1);

// The class is compiled and linked once, when the environment starts.
return static fn (): array => [class_exists('App\Preloaded', false), App\Preloaded::greet()];
