<?php

declare(strict_types=1);

return static fn (int $mebibytes): string => str_repeat('x', $mebibytes * 1024 * 1024);
