# What script/run and script/test share: finding Python and keeping .venv in step with a lock file.
# Sourced from the top folder of the checkout. Keeps to the bash that macOS ships.

# Tests start Python very often: what is compiled is kept, whatever the machine usually does.
unset PYTHONDONTWRITEBYTECODE
oldest_python=3.11
more_pythons=""
venv=.venv
python=$venv/bin/python

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys
sys.exit(sys.version_info < tuple(map(int, sys.argv[1].split("."))))' "$oldest_python" >/dev/null 2>&1
}

# Prints the Python to build $venv with: the one named in PYTHON, else the newest there is.
find_python() {
    local candidate candidates found=""
    if [ -n "${PYTHON:-}" ]; then
        candidates="$PYTHON"
    else
        candidates="python3.14 python3.13 python3.12 python3.11 python3 python $more_pythons"
    fi
    for candidate in $candidates; do
        if is_new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
        if [ -z "$found" ]; then
            found=$("$candidate" --version 2>/dev/null || true)
        fi
    done
    fail "Python $oldest_python or later is needed, and ${found:-no Python} was found:" \
        "install it, or name it with PYTHON=/path/to/python."
}

# Makes $venv unless a working one is there; what an interrupted start left behind is replaced.
make_venv() {
    if is_new_enough "$python" && "$python" -c 'import pip' >/dev/null 2>&1; then
        return
    fi
    local base
    base=$(find_python)
    "$base" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "The venv module of $base is missing: on Debian or Ubuntu, install the package" \
            "python3-venv (or that of this Python's version, such as python3.11-venv)."
    rm -rf "$venv"
    "$base" -m venv "$venv" ||
        fail "$base could not make the folder $venv: the reason stands above."
}

# Installs a lock file into $venv, once: a stamp in there remembers what was installed.
install_locked() {
    local lock=$1 stamp=$venv/installed-$1 sum log=.local/install.log
    sum=$("$python" -c 'import hashlib, sys
print(sys.version_info[:2], hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$lock")
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then
        return
    fi
    echo "Installing what $lock lists (once) ..."
    mkdir -p .local
    rm -f "$stamp"
    if ! "$python" -m pip install --disable-pip-version-check --no-input --quiet --retries 2 \
        --require-hashes -r "$lock" >"$log" 2>&1; then
        fail "The packages could not be installed - is the network there? $log has the details;" \
            "running this again goes on where it stopped."
    fi
    printf '%s\n' "$sum" >"$stamp"
}

# Settings in the environment are meant for another installation, not for this checkout.
forget_settings() {
    unset SECRET_KEY SECRET_KEY_OLD DATABASE_URL HTTPS DEBUG DEMO ALLOWED_HOSTS LOG_LEVEL \
        CSRF_TRUSTED_ORIGINS SITE_URL EMAIL_URL EMAIL_FROM STAFF_SECOND_FACTOR PROXIES \
        DOCUMENT_ROOT DOCUMENT_MAX_MB DOCUMENT_MAX_MEGAPIXELS DOCUMENT_MAX_PAGES \
        DOCUMENT_UPLOAD_MAX_MB DOCUMENT_SCANNER DOCUMENT_SCANNER_SECONDS STATIC_ROOT WEB_CONCURRENCY \
        OFFICE_NAME OFFICE_NAME_EN OFFICE_PHONE OFFICE_HOURS OFFICE_HOURS_EN OFFICE_EMAIL \
        PRIVACY_NOTICE PRIVACY_NOTICE_EN \
        GUNICORN_CMD_ARGS DJANGO_SETTINGS_MODULE
}
