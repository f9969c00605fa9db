/*
 * The folders of ini files are compiled into PHP, and these binaries were compiled for others. This library gives PHP
 * the folders of our layers by the variables that override them. PHP's own environment stays unchanged: child
 * processes and $_ENV do not see the values. It needs no libc, so that it works with every version of glibc.
 */
extern char **environ;

char *getenv(const char *name)
{
    for (char **entry = environ; entry != 0 && *entry != 0; entry++) {
        const char *rest = *entry, *letter = name;
        while (*letter != 0 && *letter == *rest) {
            letter++;
            rest++;
        }
        if (*letter == 0 && *rest == '=') {
            return (char *) rest + 1;
        }
    }
    static const struct { const char *name; char *value; } folders[] = {
        {"PHPRC", "/opt/bref/etc/php"},
        {"PHP_INI_SCAN_DIR", "/opt/bref/etc/php/conf.d:/var/task/php/conf.d"},
    };
    for (int i = 0; i < 2; i++) {
        const char *a = folders[i].name, *b = name;
        while (*a != 0 && *a == *b) {
            a++;
            b++;
        }
        if (*a == *b) {
            return folders[i].value;
        }
    }
    return 0;
}
