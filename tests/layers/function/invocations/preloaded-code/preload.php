<?php

declare(strict_types=1);

namespace App;

final class Preloaded
{
    public static function greet(): string
    {
        return 'hello';
    }
}
