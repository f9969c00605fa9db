<?php

declare(strict_types=1);

return static fn (int $event): string => "called with $event";
