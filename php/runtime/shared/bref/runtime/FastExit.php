<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * Ends this process as soon as its script has ended, before PHP frees its own memory and modules. That cleanup takes
 * four times the work of the fork that created the process, and the kernel does the same in any case.
 *
 * Everything that belongs to the script still runs: shutdown functions, destructors, output buffers, the extensions'
 * request shutdown, and the closing of files and database connections. After that, PHP closes persistent streams. This
 * class opens one that writes to a socket without a reader when it is closed, and SIGPIPE then ends the process. If
 * that ever stops working, PHP shuts down as usual.
 */
final class FastExit
{
    /** Must be called in the last shutdown function. */
    public static function prepare(): void
    {
        // If this fails, the application's error handler must not see it.
        set_error_handler(static fn (): bool => true);
        $path = '/tmp/.bref-exit-' . getmypid();
        $listener = stream_socket_server("unix://$path");
        if ($listener === false) {
            return;
        }
        $flags = STREAM_CLIENT_CONNECT | STREAM_CLIENT_PERSISTENT;
        $stream = stream_socket_client("unix://$path", $code, $message, 1, $flags);
        unlink($path);
        fclose(stream_socket_accept($listener));
        // Base64 is written in groups of three bytes, so this single byte is kept until the stream is closed.
        stream_filter_append($stream, 'convert.base64-encode', STREAM_FILTER_WRITE);
        fwrite($stream, ' ');
        // PHP ignores SIGPIPE, so that a lost connection does not end a script. SIGPIPE must stay ignored until all
        // code of the script has run. Output buffers run last.
        ob_start(static function (string $output): string {
            pcntl_signal(SIGPIPE, SIG_DFL);

            return $output;
        });
    }
}
