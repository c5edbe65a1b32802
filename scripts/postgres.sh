#!/bin/sh
# Make sure that there is PostgreSQL for the tests that start a server of it. Where none is found and
# this is a Debian on which we may install, Debian's is installed; elsewhere say what to do. Only
# continuous integration calls this: `make test` leaves out what needs it.
set -u

found() {
    command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1 && return 0
    for folder in /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && return 0
    done
    return 1
}

found && exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=no; fi
fi
if command -v apt-get >/dev/null 2>&1 && [ "$as_root" != no ]; then
    echo "Installing Debian's PostgreSQL for the tests of the store."
    $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends postgresql >/dev/null && found && exit 0
fi
cat >&2 <<'MESSAGE'
PostgreSQL was not found and could not be installed here, so half of the store's tests cannot run (with
MOEVIZ_REQUIRE_POSTGRES=1 they fail, else they are skipped). Install it: they need initdb and pg_ctl.
MESSAGE
exit 0
