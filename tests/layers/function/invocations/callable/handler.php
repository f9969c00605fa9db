<?php

declare(strict_types=1);

return static function (array $event, $context): array {
    echo "printed text is logged\n";
    error_log('text on stderr is logged');

    return [
        'event' => $event,
        'requestId' => $context->getAwsRequestId(),
        'arn' => $context->getInvokedFunctionArn(),
        'isDeadlineAhead' => $context->getRemainingTimeInMillis() > 20_000,
        'environment' => [
            getenv('LAMBDA_REQUEST_ID') === $context->getAwsRequestId(),
            json_decode($_SERVER['LAMBDA_INVOCATION_CONTEXT'], true)['awsRequestId'] === $context->getAwsRequestId(),
            $_ENV['_X_AMZN_TRACE_ID'] === $context->getTraceId(),
        ],
        'sapi' => PHP_SAPI,
    ];
};
