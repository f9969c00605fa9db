<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;
use Throwable;

/** Calls a PHP handler for each event, and ends the process after BREF_LOOP_MAX events (1 by default). */
final class FunctionRuntime
{
    public function __construct(private readonly EventLoop $loop)
    {
    }

    public function run(): never
    {
        $file = getenv('LAMBDA_TASK_ROOT') . '/' . getenv('_HANDLER');
        if (!is_file($file)) {
            $this->loop->failInit('Runtime.NoSuchHandler', new RuntimeException(
                "The handler file $file does not exist. Set the function's handler to the path of a PHP file.",
            ));
        }
        try {
            $handler = self::toCallable((static fn () => require $file)(), $file);
        } catch (Throwable $error) {
            $this->loop->failInit('Runtime.UnknownReason', $error);
        }
        $eventsLeft = max(1, (int) getenv('BREF_LOOP_MAX'));
        do {
            $isHandled = $this->loop->handleNext($handler);
            // A failed event may leave the process in any state, so it always ends the process.
        } while ($isHandled && --$eventsLeft > 0);
        $this->loop->finish();
    }

    /** @return callable(mixed, Context): mixed */
    private static function toCallable(mixed $returned, string $file): callable
    {
        if (is_callable($returned)) {
            return $returned;
        }
        if (is_object($returned) && is_callable([$returned, 'handle'])) {
            return [$returned, 'handle'];
        }
        throw new RuntimeException(sprintf(
            'The handler file %s must return a callable or an object with a method handle($event, $context); ' .
            'it returned %s.',
            $file,
            // `require` returns 1 for a file without a return statement.
            $returned === 1 ? 'nothing' : get_debug_type($returned),
        ));
    }
}
