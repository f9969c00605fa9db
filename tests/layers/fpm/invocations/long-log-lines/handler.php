<?php

// Longer than any buffer on the way. Long lines once made workers hang.
error_log('<first>' . str_repeat('x', 200_000) . '</first>');
file_put_contents('php://stderr', '<second>' . str_repeat('y', 500_000) . "</second>\n");
file_put_contents('php://stdout', '<third>' . str_repeat('z', 500_000) . "</third>\n");
echo 'done';
