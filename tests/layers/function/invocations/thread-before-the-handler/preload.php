<?php

declare(strict_types=1);

$c = FFI::cdef(<<<'C'
    int pthread_create(unsigned long *thread, void *attributes, void *start, void *argument);
    void *dlsym(void *library, const char *name);
    C);
$thread = $c->new('unsigned long');
$c->pthread_create(FFI::addr($thread), null, $c->dlsym(null, 'pause'), null);
