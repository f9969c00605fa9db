<?php

declare(strict_types=1);

return new class {
    public function __invoke(string $event): string
    {
        return "invoked with $event";
    }
};
