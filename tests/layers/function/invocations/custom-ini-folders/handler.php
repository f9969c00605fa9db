<?php

// A function may choose the folders of ini files, if the layer's folder is one of them.
return static fn (): array => [extension_loaded('intl'), ini_get('extension_dir'), ini_get('memory_limit')];
