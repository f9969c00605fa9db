<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;

/** Runs the handler as a command line program for each event: `"migrate --force"` or `{"cli": "migrate --force"}`. */
final class ConsoleRuntime
{
    /** Size as JSON. Lambda takes at most 6 MB. */
    private const MAX_OUTPUT_BYTES = 5 * 1024 * 1024;

    public function __construct(private readonly EventLoop $loop)
    {
    }

    public function run(): never
    {
        require __DIR__ . '/Command.php';
        $file = getenv('LAMBDA_TASK_ROOT') . '/' . getenv('_HANDLER');
        if (!is_file($file)) {
            $this->loop->failInit('Runtime.NoSuchHandler', new RuntimeException(
                "The handler file $file does not exist. Set the function's handler to the path of a PHP program.",
            ));
        }
        while (true) {
            $this->loop->handleNext(static fn (mixed $event, Context $context): array =>
                self::handle($file, self::arguments($event), $context));
        }
    }

    private static function arguments(mixed $event): string
    {
        $arguments = is_array($event) ? $event['cli'] ?? null : $event;
        if (!is_string($arguments)) {
            throw new RuntimeException(
                'The event must be a string of arguments, or an object {"cli": "arguments"}; got ' .
                get_debug_type($arguments ?? $event) . '.',
            );
        }

        return $arguments;
    }

    /** @return array{exitCode: int, output: string} */
    private static function handle(string $file, string $arguments, Context $context): array
    {
        // By contract, the arguments are shell text: quotes, variables and redirections work.
        $command = new Command('exec php ' . escapeshellarg($file) . " $arguments 2>&1", self::MAX_OUTPUT_BYTES);
        // One second less than Lambda allows: at its own timeout, Lambda ends everything without a report.
        $exitCode = $command->run(max(1.0, $context->getRemainingTimeInMillis() / 1000 - 1));
        $output = $command->output();
        if ($exitCode !== 0) {
            throw new RuntimeException("The command exited with code $exitCode. Its output:\n$output");
        }

        return ['exitCode' => $exitCode, 'output' => $output];
    }
}
