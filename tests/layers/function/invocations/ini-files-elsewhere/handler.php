<?php

// A function may name the folders that PHP reads its ini files from, as long as the layer's own is one of them.
return static fn (): array => [extension_loaded('intl'), ini_get('extension_dir'), ini_get('memory_limit')];
