<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** A request took longer than the function's timeout allows. */
final class FpmTimeout extends RuntimeException
{
}
