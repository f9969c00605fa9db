<?php

declare(strict_types=1);

// Each event gets a process. The second process fails before it requests its event.
$starts = (int) @file_get_contents('/tmp/starts') + 1;
file_put_contents('/tmp/starts', (string) $starts);
if ($starts === 2) {
    throw new DomainException('fails to start once');
}

return static fn (): string => $starts === 1 ? 'first' : 'third';
