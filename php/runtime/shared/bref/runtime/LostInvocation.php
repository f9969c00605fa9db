<?php

declare(strict_types=1);

namespace BrefLayer;

/** An invocation whose process was gone before it answered. */
final class LostInvocation
{
    /** @param string $cause how the process ended */
    public function __construct(
        public readonly InvocationId $id,
        private readonly string $cause,
    ) {
    }

    public function toReport(): ErrorReport
    {
        // Lambda's own name for it, where the process is the environment's only one.
        return new ErrorReport('Runtime.ExitError', "The process that handled the event {$this->cause}.");
    }
}
