"""What a person does with Debian's redis-cli: commands, pipes, --stat and --scan, scripts."""

import subprocess

from checks import check, equal, run_all


def cli(sluice, *arguments, stdin=None, resp3=False):
    command = ["redis-cli", "-h", sluice.resp_host, "-p", str(sluice.resp_port)]
    command += ["-3"] if resp3 else []
    done = subprocess.run([*command, *arguments], input=stdin, capture_output=True, timeout=30)
    return done.stdout.decode(errors="replace")


@check
def one_command_a_call(sluice):
    equal(cli(sluice, "PING"), "PONG\n")
    equal(cli(sluice, "XADD", "orders", "1-1", "item", "tea"), "1-1\n")
    equal(cli(sluice, "--no-raw", "XRANGE", "orders", "-", "+"),
          '1) 1) "1-1"\n   2) 1) "item"\n      2) "tea"\n')
    equal(cli(sluice, "XLEN", "orders"), "1\n")
    equal(cli(sluice, "XADD", "orders", "1-1", "item", "tea"),
          "ERR The ID specified in XADD is equal or smaller than the target stream top item\n\n")
    equal(cli(sluice, "NOSUCH", "a"),
          "ERR unknown command 'NOSUCH', with args beginning with: 'a' \n\n")


@check
def a_script_on_stdin(sluice):
    script = b"""MULTI
XADD s 1-1 a 1
XADD s 2-1 a 2
EXEC
XGROUP CREATE s g 0
XREADGROUP GROUP g me COUNT 1 STREAMS s >
XPENDING s g
XACK s g 1-1
GET absent
"""
    lines = cli(sluice, "--no-raw", stdin=script).splitlines()
    equal(lines[:5], ["OK", "QUEUED", "QUEUED", '1) "1-1"', '2) "2-1"'])
    equal(lines[-2:], ["(integer) 1", "(nil)"])


@check
def resp3_shows_maps(sluice):
    cli(sluice, "HSET", "h", "a", "1", "b", "2")
    equal(cli(sluice, "--no-raw", "HGETALL", "h", resp3=True), '1# "a" => "1"\n2# "b" => "2"\n')
    cli(sluice, "XADD", "s", "1-1", "f", "v")
    out = cli(sluice, "--no-raw", "XINFO", "STREAM", "s", resp3=True)
    assert '"length" => (integer) 1' in out, out


@check
def mass_insertion_through_pipe(sluice):
    request = b"".join(b"*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$1\r\nn\r\n$6\r\n%06d\r\n" % n
                       for n in range(20_000))
    out = cli(sluice, "--pipe", stdin=request)
    assert "errors: 0, replies: 20000" in out, out
    equal(cli(sluice, "XLEN", "s"), "20000\n")


@check
def scan_and_repeat(sluice):
    for name in ("a:1", "a:2", "b:1"):
        cli(sluice, "SET", name, "x")
    equal(sorted(cli(sluice, "--scan", "--pattern", "a:*").split()), ["a:1", "a:2"])
    equal(cli(sluice, "-r", "3", "INCR", "n"), "1\n2\n3\n")
    equal(cli(sluice, "-n", "1", "DBSIZE"), "0\n")
    assert "redis_version:" in cli(sluice, "INFO", "server")
    equal(cli(sluice, "--csv", "XRANGE", "absent", "-", "+"), "\n")


@check
def text_from_stdin_becomes_the_last_argument(sluice):
    equal(cli(sluice, "-x", "SET", "k", stdin=b"from a pipe\n"), "OK\n")
    equal(cli(sluice, "GET", "k"), "from a pipe\n\n")


@check
def big_keys_walks_the_key_space(sluice):
    for n in range(50):
        cli(sluice, "XADD", "s", "*", "n", str(n))
    cli(sluice, "HSET", "h", "a", "1")
    cli(sluice, "SET", "k", "x" * 100)
    out = cli(sluice, "--bigkeys")
    assert "Sampled 3 keys in the keyspace!" in out, out
    assert 'Biggest stream found \'"s"\' has 50 entries' in out.replace("   ", " "), out


@check
def blocks_until_an_entry_comes(sluice):
    reader = subprocess.Popen(["redis-cli", "-p", str(sluice.resp_port), "--no-raw", "XREAD",
                               "BLOCK", "20000", "STREAMS", "s", "$"], stdout=subprocess.PIPE)
    r = sluice.redis()
    while r.info("clients")["blocked_clients"] != 1:
        pass
    r.xadd("s", {"f": "v"}, id="5-5")
    out, _ = reader.communicate(timeout=20)
    equal(out.decode().splitlines()[0], '1) 1) "s"')


if __name__ == "__main__":
    run_all()
