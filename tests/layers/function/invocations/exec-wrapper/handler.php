<?php

declare(strict_types=1);

return static fn (): string => getenv('FROM_WRAPPER') . ', memory ' . ini_get('memory_limit');
