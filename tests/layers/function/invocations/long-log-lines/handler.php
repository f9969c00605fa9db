<?php

// Longer than any buffer on the way.
return static function (): string {
    error_log('<first>' . str_repeat('x', 200_000) . '</first>');
    fwrite(fopen('php://stderr', 'w'), '<second>' . str_repeat('y', 500_000) . "</second>\n");
    echo '<third>' . str_repeat('z', 500_000) . "</third>\n";

    return 'done';
};
