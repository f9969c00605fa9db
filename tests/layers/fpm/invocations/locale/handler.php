<?php

// Lambda has only the locales C, POSIX and C.UTF-8. With C.UTF-8, gettext's translations work; LANGUAGE chooses one.
putenv('LANGUAGE=de');
$locale = setlocale(LC_ALL, 'C.UTF-8');
bindtextdomain('app', __DIR__ . '/locale');
textdomain('app');
echo $locale, ', ', gettext('translated');
