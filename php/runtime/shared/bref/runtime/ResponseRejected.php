<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** Lambda accepts no further response to this invocation, not even an error. The runtime can only log the reason. */
final class ResponseRejected extends RuntimeException
{
}
