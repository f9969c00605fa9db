<?php

declare(strict_types=1);

namespace BrefLayer;

/** One event as the Runtime API hands it out: its JSON, still to be decoded, and its context. */
final class Invocation
{
    public function __construct(
        public readonly InvocationId $id,
        public readonly string $json,
        public readonly Context $context,
    ) {
    }
}
