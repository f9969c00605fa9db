<?php

declare(strict_types=1);

return static function (): never {
    $cause = new LogicException('the cause');
    throw new DomainException('This event is wrong', 0, $cause);
};
