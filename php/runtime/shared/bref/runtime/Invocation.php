<?php

declare(strict_types=1);

namespace BrefLayer;

/** One event from the Runtime API: its JSON, not yet decoded, and its context. */
final class Invocation
{
    public function __construct(
        public readonly InvocationId $id,
        public readonly string $json,
        public readonly Context $context,
    ) {
    }
}
