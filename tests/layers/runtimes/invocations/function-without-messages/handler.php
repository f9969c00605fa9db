<?php

declare(strict_types=1);

// The code of the runtime must cause no message of PHP, such as a deprecation, on any version.
return static fn (int $event): array => [error_reporting() === -1, $event];
