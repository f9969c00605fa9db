<?php

declare(strict_types=1);

return static fn (): string => 'a function on the console layer';
