# shellcheck shell=bash
# What ./run and ./test share: say what happens, install what is missing, build a preset.
#
# Promise    everything is written to stderr, so that stdout belongs to the caller; nothing is
#            asked; no service is started; a second run finds all in place and changes nothing
# Needs      Debian 12, and root or sudo only when something is missing

sluice_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
node_major_min=20 # the npm packages redis 6 and ioredis 6 want it

# shellcheck disable=SC2034 # used by ./run and ./test
build_packages=(
    clang-19 lld-19 cmake ninja-build ccache git
    libboost1.81-dev libcli11-dev libhowardhinnant-date-dev libspdlog-dev libssl-dev
    libtomlplusplus-dev nlohmann-json3-dev tzdata
)
# shellcheck disable=SC2034 # used by ./test
test_packages=(
    clang-format-19 libclang-rt-19-dev libgmock-dev libgtest-dev llvm-19
    pkgconf prometheus python3-msgpack python3-redis redis-server redis-tools shellcheck strace
)

say() { printf '==> %s\n' "$*" >&2; }

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || fail "packages are missing: run this as root or install sudo"
        sudo -- "$@"
    fi
}

# Debian starts the services of the packages that it installs, unless this file says no. Ours says
# no for as long as this shell lives: should it be left behind, it does nothing.
refuse_services() {
    [ ! -e /usr/sbin/policy-rc.d ] || return 0
    printf '%s\n' '#!/bin/sh' '# Written by ./run or ./test of Sluice while it installs packages.' \
        "[ -d /proc/$$ ] && exit 101" 'exit 0' |
        as_root sh -c 'cat >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d'
    wrote_policy=yes
}

allow_services() {
    [ "${wrote_policy:-no}" = yes ] || return 0
    as_root rm -f /usr/sbin/policy-rc.d
    wrote_policy=no
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q \
        -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 -o APT::Install-Recommends=false \
        "$@" >&2
}

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_packages PACKAGE...: installs those that are missing.
install_packages() {
    local package missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "needs Debian 12; missing here: ${missing[*]}"
    say "installing Debian packages: ${missing[*]}"
    trap allow_services EXIT
    refuse_services
    apt update || fail "the package lists could not be read"
    apt install "${missing[@]}" || fail "these packages could not be installed: ${missing[*]}"
    allow_services
    trap - EXIT
    keep_stopped "${missing[@]}"
}

# What was installed for a test must not start at the next boot either.
keep_stopped() {
    local package
    command -v systemctl >/dev/null || return 0
    for package in "$@"; do
        case $package in
            redis-server | prometheus)
                as_root systemctl disable -q "$package.service" 2>/dev/null || true
                ;;
        esac
    done
}

node_major() {
    local version
    version=$("$1" --version 2>/dev/null) || version=v0.
    version=${version#v}
    printf '%s\n' "${version%%.*}"
}

# Puts a Node.js that is new enough first in PATH: the machine's own, or one from npm.
need_node() {
    local folder=$sluice_root/build/node machine
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        install_packages nodejs npm
    fi
    [ "$(node_major node)" -lt "$node_major_min" ] || return 0
    case $(uname -m) in
        x86_64) machine=x64 ;;
        aarch64) machine=arm64 ;;
        *) fail "Node.js $node_major_min or later is needed, and npm has none for $(uname -m)" ;;
    esac
    local bin=$folder/node_modules/node-linux-$machine/bin
    if [ "$(node_major "$bin/node")" -lt "$node_major_min" ]; then
        say "Node.js $(node --version) is too old: getting version 22 from npm into build/node"
        mkdir -p "$folder"
        npm install --prefix "$folder" --ignore-scripts --no-save --no-audit --no-fund \
            "node-linux-$machine@22" >&2 || fail "npm could not install Node.js"
    fi
    PATH=$bin:$PATH
}

# npm_ci FOLDER: the packages of its lock file; nothing to do when they are there.
npm_ci() {
    local folder=$1
    local stamp=$folder/node_modules/.package-lock.json
    [ "$stamp" -nt "$folder/package-lock.json" ] && return 0
    need_node
    say "installing the npm packages of $folder/package.json"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund >&2) ||
        fail "npm could not install the packages of $folder/package-lock.json"
    touch "$stamp"
}

# A compiler takes up to a gigabyte: no more of them than memory has room for.
build_jobs() {
    local cores gigabytes
    cores=$(nproc)
    gigabytes=$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
    [ "$gigabytes" -ge 1 ] || gigabytes=1
    printf '%s\n' "$((cores < gigabytes ? cores : gigabytes))"
}

# build PRESET [TARGET...]: configures and builds into build/PRESET.
build() {
    local preset=$1
    shift
    local targets=()
    [ $# -eq 0 ] || targets=(--target "$@")
    say "building preset $preset${1:+: $*}"
    (cd "$sluice_root" && cmake --preset "$preset" >"build/configure-$preset.log" 2>&1) || {
        cat "$sluice_root/build/configure-$preset.log" >&2
        fail "preset $preset could not be configured"
    }
    NINJA_STATUS="[%f/%t %es] " cmake --build "$sluice_root/build/$preset" -j "$(build_jobs)" \
        "${targets[@]}" >&2 || fail "preset $preset does not build"
}

# Clones share what ccache keeps: paths count from the root of each.
export CCACHE_BASEDIR=$sluice_root CCACHE_NOHASHDIR=1
mkdir -p "$sluice_root/build"
