<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** Lambda takes no answer to this invocation any more, not even an error: all that is left is to log why. */
final class AnswerRefused extends RuntimeException
{
}
