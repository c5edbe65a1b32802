#!/bin/sh
# Make sure that there is a browser for the tests that drive one. Where none is found and this is a
# Debian on which we may install, Debian's Chromium is installed; elsewhere say what to do.
set -u

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
for name in "Google Chrome" Chromium; do
    [ -x "/Applications/$name.app/Contents/MacOS/$name" ] && exit 0
done
[ -n "${MOEVIZ_CHROMIUM:-}" ] && exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=no; fi
fi
if command -v apt-get >/dev/null 2>&1 && [ "$as_root" != no ]; then
    echo "Installing Debian's Chromium for the browser tests."
    $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null && exit 0
fi
cat >&2 <<'MESSAGE'
No browser was found and none could be installed here, so the browser tests will be skipped (with
CI=true they fail). Install Chromium or Google Chrome, or set MOEVIZ_CHROMIUM to its path.
MESSAGE
exit 0
