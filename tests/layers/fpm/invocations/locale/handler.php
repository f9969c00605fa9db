<?php

// Lambda has the locales C, POSIX and C.UTF-8 only. Translations by gettext work with the last, by LANGUAGE.
putenv('LANGUAGE=de');
$locale = setlocale(LC_ALL, 'C.UTF-8');
bindtextdomain('app', __DIR__ . '/locale');
textdomain('app');
echo $locale, ', ', gettext('translated');
