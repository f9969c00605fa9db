<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** Lambda refused the answer (HTTP 413). It has failed the invocation by itself; an error would be refused too. */
final class ResponseTooBig extends RuntimeException
{
}
