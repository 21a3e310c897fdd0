"""Installs what was built into a temporary folder, as a packager would, and uses it from outside.

The folder examples/ is built twice, away from this tree: as a CMake project with find_package, and
by hand with pkg-config. Both programs then work against a real server of the installed program:
two events are published, one fails twice and succeeds, the other ends among the dead letters.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from sluice_process import SluiceProcess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ["SLUICE_BUILD"]
# Each with its pkg-config package.
EXAMPLES = {"consume_with_retries": "sluice", "publish": "sluice", "ask": "sluice",
            "answer": "sluice", "consume_in_coroutines": "sluice",
            "embedded": "sluice-embedded"}
# The header promises C++20 and any compiler: Debian's default one too, where it is installed.
OTHER_COMPILER = shutil.which("g++") or os.environ["CXX"]
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit("FAILED  %s" % what)
    print("ok      %s" % what, flush=True)


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    if done.returncode != 0:
        sys.exit("FAILED  %s\n%s%s" % (" ".join(map(str, command)), done.stdout, done.stderr))
    return done.stdout.strip()


def install(prefix):
    run("cmake", "--install", BUILD, "--prefix", prefix)
    installed = {str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file()}
    for name in ("bin/sluice", "include/sluice/sluice.hpp", "lib/libsluice.a",
                 "include/sluice/embedded.hpp", "lib/libsluice_embedded.a",
                 "lib/pkgconfig/sluice.pc", "lib/pkgconfig/sluice-embedded.pc",
                 "lib/cmake/sluice/sluice-config.cmake",
                 "share/bash-completion/completions/sluice", "share/zsh/site-functions/_sluice",
                 "share/fish/vendor_completions.d/sluice.fish",
                 "share/doc/sluice/docs/protocol/sluice.md"):
        check(name in installed, "installs " + name)
    for header in (prefix / "include").rglob("*.hpp"):
        for line in header.read_text().splitlines():
            if line.startswith('#include "'):
                sys.exit("FAILED  %s includes what is not installed: %s" % (header, line))
    version = run(prefix / "bin/sluice", "--version")
    check(version.startswith("sluice "), "the installed program runs")


def build_with_cmake(prefix, folder):
    shutil.copytree(ROOT / "examples", folder / "source")
    run("cmake", "-S", folder / "source", "-B", folder / "build",
        "-DCMAKE_PREFIX_PATH=%s" % prefix, "-DCMAKE_CXX_COMPILER=%s" % OTHER_COMPILER)
    run("cmake", "--build", folder / "build")
    return folder / "build"


def build_with_pkg_config(prefix, folder):
    folder.mkdir()
    environment = dict(os.environ, PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig"))
    for name, package in EXAMPLES.items():
        flags = run("pkg-config", "--cflags", "--libs", package, env=environment).split()
        run(os.environ["CXX"], "-std=c++20", "-Wall", "-Wextra", "-Werror",
            ROOT / "examples" / (name + ".cpp"), "-o", folder / name, *flags)
    return folder


def wait_until(condition, what):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if condition():
            return check(True, what)
        time.sleep(0.05)
    check(False, what)


def use(programs, how):
    with SluiceProcess() as sluice:
        url = "redis://%s" % sluice.resp
        redis = sluice.redis()
        tea = run(programs / "publish", "tea", url)
        run(programs / "publish", "", url)
        consumer = subprocess.Popen([programs / "consume_with_retries", url],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            line = consumer.stdout.readline().strip()
            check(line == "shipped %s after 2 failures" % tea, how + ": fails twice, succeeds")
            wait_until(lambda: redis.xlen("orders:dlq") == 1, how + ": the other one is dead")
            letter = redis.xrange("orders:dlq")[0][1]
            check(letter[b"_dlq_error"] == b"the order has no item", how + ": with its reason")
            consumer.send_signal(signal.SIGTERM)
            check(consumer.wait(20) == 0, how + ": SIGTERM ends it well")
            check(redis.xpending("orders", "shipping")["pending"] == 0, how + ": nothing is left")
        finally:
            consumer.kill()
            consumer.wait(10)
            consumer.stdout.close()
            consumer.stderr.close()
    refused = subprocess.run([programs / "consume_with_retries", url], capture_output=True,
                             text=True, timeout=30)
    check(refused.returncode == 1 and "is a Sluice server running there?" in refused.stderr,
          how + ": without a server it says so")


def use_coroutines(programs, how):
    """Handlers that wait for the answers of a tool worker, which starts later."""
    with SluiceProcess() as sluice:
        url = "redis://%s" % sluice.resp
        ids = [run(programs / "publish", item, url) for item in ("tea", "milk")]
        sluice.redis().xgroup_create("sg:tools:requests", "tools", "0", mkstream=True)
        started = [subprocess.Popen([programs / name, url], stdout=subprocess.PIPE, text=True)
                   for name in ("consume_in_coroutines", "answer")]
        try:
            lines = sorted(started[0].stdout.readline().split() for _ in ids)
            check(lines == sorted([[ids[0], "TEA"], [ids[1], "MILK"]]),
                  how + ": coroutines ask, and go on with the answers")
        finally:
            for each in started:
                each.send_signal(signal.SIGTERM)
                check(each.wait(20) == 0, how + ": SIGTERM ends it well")
                each.stdout.close()


def embed(programs, folder, how):
    """A bus inside a program: twice on one folder, then given to a server."""
    data = folder / "bus"
    shipped = [run(programs / "embedded", data).split() for _ in range(2)]
    check([line[2:] for line in shipped] == [["after", "1", "failure"]] * 2,
          how + ": embedded, an order fails and is shipped")
    with SluiceProcess(data=str(data)) as sluice:
        redis = sluice.redis()
        ids = [line[1].encode() for line in shipped]
        check([entry[0] for entry in redis.xrange("orders")] == ids,
              how + ": a server finds what was published")
        check(redis.xpending("orders", "shipping")["pending"] == 0, how + ": and what was shipped")
        refused = subprocess.run([programs / "embedded", data], capture_output=True, text=True,
                                 timeout=30)
        check(refused.returncode == 1 and str(data) in refused.stderr,
              how + ": a folder that a server has is refused: " + refused.stderr.strip())


def readme_shows_the_example():
    readme = (ROOT / "README.md").read_text()
    source = (ROOT / "examples/consume_with_retries.cpp").read_text()
    check("```cpp\n%s```" % source in readme, "README.md shows the example that is built here")
    lines = [line for line in source.splitlines() if line and not line.startswith("//")]
    check(len(lines) <= 30, "which has at most 30 lines of code: %d" % len(lines))


def main():
    readme_shows_the_example()
    with tempfile.TemporaryDirectory(prefix="sluice-install-") as name:
        folder = pathlib.Path(name)
        prefix = folder / "prefix"
        install(prefix)
        # Moved, because what is packaged is installed elsewhere than it was built.
        moved = prefix.rename(folder / "moved")
        os.environ["SLUICE_BINARY"] = str(moved / "bin/sluice")
        for build, how in ((build_with_cmake, "find_package"),
                           (build_with_pkg_config, "pkg-config")):
            programs = build(moved, folder / how)
            use(programs, how)
            use_coroutines(programs, how)
            embed(programs, folder / how, how)
    print("%d passed, 0 failed" % checks)


main()
