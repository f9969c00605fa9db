<?php

declare(strict_types=1);

namespace BrefLayer;

/** An invocation whose process ended before it responded. */
final class LostInvocation
{
    /** @param string $message description of the process's end, in whole sentences */
    public function __construct(
        public readonly InvocationId $id,
        private readonly string $message,
    ) {
    }

    public function toReport(): ErrorReport
    {
        // Lambda uses the same type if the runtime's only process ends.
        return new ErrorReport('Runtime.ExitError', $this->message);
    }
}
