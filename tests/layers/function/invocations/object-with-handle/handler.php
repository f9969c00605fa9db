<?php

declare(strict_types=1);

return new class {
    public function handle(array $event, object $context): string
    {
        return 'handled ' . count($event);
    }
};
