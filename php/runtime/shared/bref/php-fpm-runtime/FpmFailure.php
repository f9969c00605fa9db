<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** PHP-FPM did not respond to a request: its worker died, or it cannot be reached. */
final class FpmFailure extends RuntimeException
{
}
