<?php

declare(strict_types=1);

return static fn (): string => ini_get('memory_limit') . (extension_loaded('intl') ? '' : ' without intl');
