<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * Lets this process end when its script has ended, before PHP takes itself to pieces: that is four times the work of
 * the fork that made the process, and of no use to anybody.
 *
 * Everything that belongs to the script is still done: shutdown functions, destructors, output buffers, extensions'
 * part, open files and connections to databases. Persistent streams come next. The one made here cannot be closed
 * without writing to a socket that nobody has the other end of, and what the system does to a process that tries is to
 * end it (SIGPIPE). If that should not work some day, PHP ends as it always does.
 */
final class ShortEnd
{
    /** To be called in the last shutdown function. */
    public static function prepare(): void
    {
        // Should this fail, an application's error handler need not hear of it.
        set_error_handler(static fn (): bool => true);
        $path = '/tmp/.bref-end-' . getmypid();
        $listener = stream_socket_server("unix://$path");
        if ($listener === false) {
            return;
        }
        $flags = STREAM_CLIENT_CONNECT | STREAM_CLIENT_PERSISTENT;
        $stream = stream_socket_client("unix://$path", $code, $message, 1, $flags);
        unlink($path);
        fclose(stream_socket_accept($listener));
        // Base64 is written three bytes at a time: one is kept until the stream is closed.
        stream_filter_append($stream, 'convert.base64-encode', STREAM_FILTER_WRITE);
        fwrite($stream, ' ');
        // PHP ignores that signal, so that a connection that is lost does no harm. It should not before all the
        // script's own code has run; the last of that are output buffers.
        ob_start(static function (string $output): string {
            pcntl_signal(SIGPIPE, SIG_DFL);

            return $output;
        });
    }
}
