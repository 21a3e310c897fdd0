"""Starts the real server and looks at it from outside: how it starts, answers, refuses, stops.

Prints "N passed, N failed"; fails when anything it needs is missing.
"""

import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

from sluice_process import SluiceProcess, run

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def expect_equal(got, wanted, what=""):
    expect(got == wanted, "%s: got %r, wanted %r" % (what, got, wanted))


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="sluice-test-") as path:
        yield path


def serve(data, *arguments, env=None, timeout=30):
    """Runs a server that is expected to end by itself."""
    doors = [word for flag in ("--resp", "--http") if flag not in arguments
             for word in (flag, "127.0.0.1:0")]
    return run("serve", "--data", data, *doors, *arguments, env=env, timeout=timeout)


def one_sentence(stderr, *words):
    lines = [line for line in stderr.splitlines() if line.startswith("sluice: ")]
    expect(len(lines) == 1, "one sentence expected:\n" + stderr)
    for word in words:
        expect(word in lines[0], "%r is missing in %r" % (word, lines[0]))


def read_to_end(connection):
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


def receive_until(connection, ending):
    received = b""
    while not received.endswith(ending):
        piece = connection.recv(65536)
        if not piece:
            raise AssertionError("closed after %r" % received)
        received += piece
    return received


def http(sluice, request, timeout=10.0):
    """Sends raw bytes and reads to the end; the request asks for closing, or an error does."""
    with sluice.connect_http(timeout) as connection:
        connection.sendall(request)
        return read_to_end(connection)


def get(sluice, path):
    answer = http(sluice, b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" %
                  path.encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), body.decode()


# --- start and stop ---


@test
def prints_a_ready_line_and_nothing_else_on_stdout():
    with SluiceProcess() as sluice:
        expect(sluice.resp_port > 0 and sluice.http_port > 0, "free ports")
        sluice.process.send_signal(signal.SIGTERM)
        rest = sluice.process.stdout.read()
        expect_equal(rest, b"", "stdout behind the ready line")
        expect_equal(sluice.wait(), 0, "exit code")


@test
def ends_with_0_on_SIGTERM_and_SIGINT_and_keeps_what_was_written():
    for number in (signal.SIGTERM, signal.SIGINT):
        with SluiceProcess() as sluice:
            sluice.redis().set("key", "value")
            began = time.monotonic()
            sluice.process.send_signal(number)
            expect_equal(sluice.wait(), 0, "exit code")
            expect(time.monotonic() - began < 10, "within 10 seconds")
            sluice.start()
            expect_equal(sluice.redis().get("key"), b"value", "after a restart")


@test
def keeps_what_was_acknowledged_when_it_is_killed():
    with SluiceProcess() as sluice:
        client = sluice.redis()
        for i in range(100):
            client.xadd("orders", {"n": i})
        sluice.kill()
        sluice.start()
        expect_equal(sluice.redis().xlen("orders"), 100, "entries after kill -9")


@test
def stops_although_a_client_never_reads():
    with SluiceProcess() as sluice:
        sluice.redis().set("big", "x" * 1_000_000)
        with sluice.connect() as connection:
            connection.sendall(b"GET big\r\n" * 100)
            time.sleep(0.2)
            began = time.monotonic()
            expect_equal(sluice.terminate(), 0, "exit code")
            expect(time.monotonic() - began < 10, "within 10 seconds")


@test
def ends_at_once_on_a_second_signal():
    with SluiceProcess() as sluice:
        sluice.redis().set("big", "x" * 1_000_000)
        with sluice.connect() as connection:
            connection.sendall(b"GET big\r\n" * 100)
            time.sleep(0.2)
            sluice.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            expect(sluice.process.poll() is None, "still owes an answer")
            sluice.process.send_signal(signal.SIGTERM)
            expect_equal(sluice.wait(3), 128 + signal.SIGTERM, "exit code")


@test
def answers_what_it_accepted_before_it_stops():
    with SluiceProcess() as sluice, sluice.connect() as connection:
        connection.sendall(b"".join(b"SET k%d v\r\n" % i for i in range(1000)))
        receive_until(connection, b"+OK\r\n")
        sluice.process.send_signal(signal.SIGTERM)
        read_to_end(connection)
        expect_equal(sluice.wait(), 0, "exit code")
        sluice.start()
        expect_equal(sluice.redis().dbsize(), 1000, "keys")


# --- one owner, rights, ports ---


@test
def refuses_a_data_folder_that_another_process_has():
    with SluiceProcess() as sluice:
        code, out, err = serve(sluice.data)
        expect_equal((code, out), (73, ""), "exit code")
        one_sentence(err, "in use by process %d" % sluice.pid)
        expect_equal(sluice.redis().ping(), True, "the first goes on")


@test
def makes_a_data_folder_that_is_its_owners_alone():
    with SluiceProcess() as sluice:
        sluice.redis().set("key", "value")
        expect_equal(stat.S_IMODE(os.stat(sluice.data).st_mode), 0o700, "folder")
        for root, folders, files in os.walk(sluice.data):
            for name in folders:
                mode = stat.S_IMODE(os.stat(os.path.join(root, name)).st_mode)
                expect_equal(mode, 0o700, name)
            for name in files:
                mode = stat.S_IMODE(os.stat(os.path.join(root, name)).st_mode)
                expect_equal(mode, 0o600, name)


@test
def refuses_a_data_folder_that_others_may_write_to():
    with folder() as path:
        data = os.path.join(path, "data")
        os.mkdir(data)
        os.chmod(data, 0o777)
        code, _, err = serve(data)
        expect_equal(code, 78, "exit code")
        one_sentence(err, "others may write", "chmod 700")
        expect_equal(os.listdir(data), [], "nothing changed")


@test
def refuses_a_data_folder_that_belongs_to_somebody_else():
    expect_equal(os.geteuid(), 0, "this test changes owners and runs as root")
    with folder() as path:
        data = os.path.join(path, "data")
        os.mkdir(data)
        os.chown(data, 12345, 12345)
        code, _, err = serve(data)
        expect_equal(code, 78, "exit code")
        one_sentence(err, "belongs to user 12345")


@test
def refuses_a_data_folder_that_is_a_file():
    with folder() as path:
        data = os.path.join(path, "data")
        open(data, "w").close()
        code, _, err = serve(data)
        expect_equal(code, 78, "exit code")
        one_sentence(err, "not a folder")


@test
def reports_a_data_folder_that_cannot_be_made():
    code, _, err = serve("/proc/sluice/data")
    expect_equal(code, 70, "exit code")
    one_sentence(err, "/proc/sluice")


@test
def refuses_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken, folder() as path:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        for flag in ("--resp", "--http"):
            code, out, err = serve(os.path.join(path, "data"), flag, address)
            expect_equal((code, out), (1, ""), "exit code")
            one_sentence(err, address, "taken by another process")
            expect(not os.path.exists(os.path.join(path, "data")), "nothing changed")


@test
def refuses_an_address_that_this_machine_does_not_have():
    with folder() as path:
        code, _, err = serve(path + "/data", "--resp", "192.0.2.1:0", "--open-without-password")
        expect_equal(code, 78, "exit code")
        one_sentence(err, "192.0.2.1")


# --- bad command lines and configurations ---


@test
def refuses_bad_flags_with_one_sentence():
    with folder() as path:
        data = path + "/data"
        for arguments, words in (
                (["--durabilty", "os"], ["unknown flag '--durabilty'", "--durability"]),
                (["--durability", "fast"], ["durability", "memory, os or disk"]),
                (["--resp", "nowhere"], ["HOST:PORT"]),
                (["--resp", "127.0.0.1:99999"], ["port"]),
                (["--segment-bytes", "1"], ["segment_bytes", "1MiB"]),
                (["surprise"], ["surprise"]),
                (["--durability"], ["durability"]),
        ):
            code, out, err = run("serve", "--data", data, *arguments)
            expect_equal((code, out), (64, ""), arguments)
            one_sentence(err, *words)
        expect(not os.path.exists(data), "nothing changed")
    code, _, err = run("serv")
    expect_equal(code, 64, "unknown command")
    one_sentence(err, "did you mean serve?")


@test
def refuses_bad_configurations_with_one_sentence():
    with folder() as path:
        file = os.path.join(path, "sluice.toml")
        for text, words in (
                ("durabilty = \"os\"\n", ["unknown key 'durabilty'", "durability"]),
                ("durability = \"fast\"\n", ["memory, os or disk"]),
                ("durability =\n", ["line 1"]),
                ("resp = \"0.0.0.0:7370\"\n", ["without a password"]),
                ("resp_tls = \"127.0.0.1:7372\"\n", ["tls_cert"]),
        ):
            with open(file, "w") as out:
                out.write(text)
            code, out, err = run("serve", "--data", path + "/data", "--config", file)
            expect_equal((code, out), (78, ""), text)
            one_sentence(err, *words)
        code, _, err = run("serve", "--data", path + "/data", "--config", path + "/missing")
        expect_equal(code, 78, "missing file")
        code, _, err = run("serve", "--data", path + "/data", env={"SLUICE_DURABILITY": "fast"})
        expect_equal(code, 78, "environment")
        one_sentence(err, "SLUICE_DURABILITY")
        expect(not os.path.exists(path + "/data"), "nothing changed")


@test
def takes_its_configuration_from_file_environment_and_flags():
    with folder() as path:
        file = os.path.join(path, "sluice.toml")
        with open(file, "w") as out:
            out.write("durability = \"os\"\nclients_max = 7\nlog_level = \"error\"\n")
        code, out, _ = run("serve", "--config", file, "--clients-max", "9", "--print-config",
                           env={"SLUICE_LOG_LEVEL": "warning"})
        expect_equal(code, 0, "exit code")
        expect("durability = 'os'" in out.replace('"', "'"), out)
        expect("clients_max = 9" in out, out)
        expect("log_level = 'warning'" in out.replace('"', "'"), out)


@test
def shows_every_option_in_help():
    code, out, _ = run("serve", "--help")
    expect_equal(code, 0, "exit code")
    for flag in ("--data", "--resp", "--http", "--durability", "--config", "--tls-cert"):
        expect(flag in out, flag)
    expect("Examples:" in out, "examples")


# --- logs and the process ---


@test
def writes_logs_as_json_lines_when_not_on_a_terminal():
    with SluiceProcess(arguments=["--log-level", "info"]) as sluice:
        with sluice.connect() as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: \x1b[31m\r\n\r\n")
            expect_equal(read_to_end(connection), b"", "closed without an answer")
        expect_equal(sluice.terminate(), 0, "exit code")
        lines = sluice.log().splitlines()
        messages = [json.loads(line)["message"] for line in lines]
        expect(any("cross-protocol" in message for message in messages), messages)
        expect(any("stopped" in message for message in messages), messages)


@test
def keeps_core_files_and_debuggers_away():
    with SluiceProcess() as sluice:
        with open("/proc/%d/limits" % sluice.pid) as limits:
            text = limits.read()
        expect(re.search(r"Max core file size\s+0\s+0", text), text)
        files = re.search(r"Max open files\s+(\d+)\s+(\d+)", text)
        expect_equal(files[1], files[2], "open files raised to the hard limit")


@test
def listens_on_a_unix_socket_that_is_its_owners_alone():
    with folder() as path:
        at = os.path.join(path, "resp.sock")
        with SluiceProcess(arguments=["--resp-unix", "unix:" + at]) as sluice:
            expect_equal(stat.S_IMODE(os.stat(at).st_mode) & 0o077, 0, "rights")
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(at)
                connection.sendall(b"PING\r\n")
                expect_equal(connection.recv(100), b"+PONG\r\n", "answer")
            sluice.kill()
            expect(os.path.exists(at), "left over from a crash")
            sluice.start()
            expect_equal(sluice.terminate(), 0, "exit code")
            expect(not os.path.exists(at), "removed at the end")


@test
def listens_on_ipv6():
    with SluiceProcess(arguments=["--resp", "[::1]:0"]) as sluice:
        expect(sluice.resp.startswith("[::1]:"), sluice.resp)
        with sluice.connect() as connection:
            connection.sendall(b"PING\r\n")
            expect_equal(connection.recv(100), b"+PONG\r\n", "answer")


# --- connections ---


@test
def serves_a_thousand_connections_in_little_memory():
    with SluiceProcess() as sluice, contextlib.ExitStack() as stack:
        def resident():
            with open("/proc/%d/statm" % sluice.pid) as statm:
                return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")
        with sluice.connect() as first:
            first.sendall(b"PING\r\n")
            receive_until(first, b"+PONG\r\n")
        before = resident()
        connections = [stack.enter_context(sluice.connect()) for _ in range(1000)]
        for connection in connections:
            connection.sendall(b"SET key value\r\n")
        for connection in connections:
            expect_equal(connection.recv(100), b"+OK\r\n", "answer")
        time.sleep(2.5)
        per_connection = (resident() - before) / len(connections)
        expect(per_connection <= 8192, "%d bytes for an idle connection" % per_connection)


@test
def refuses_one_client_too_many_and_serves_the_others():
    with SluiceProcess(arguments=["--clients-max", "2"]) as sluice:
        with sluice.connect() as one, sluice.connect() as two:
            for connection in (one, two):
                connection.sendall(b"PING\r\n")
                receive_until(connection, b"+PONG\r\n")
            with sluice.connect() as three:
                expect_equal(read_to_end(three), b"-ERR max number of clients reached\r\n", "third")
            one.sendall(b"PING\r\n")
            receive_until(one, b"+PONG\r\n")


@test
def goes_on_accepting_after_it_ran_out_of_descriptors():
    limited = ["prlimit", "--nofile=60:60"]
    with SluiceProcess(command_prefix=limited) as sluice, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(sluice.connect()) for _ in range(80)]
        connections[0].sendall(b"PING\r\n")
        receive_until(connections[0], b"+PONG\r\n")
        with open("/proc/%d/stat" % sluice.pid) as status:
            before = sum(map(int, status.read().split()[13:15]))
        time.sleep(1)
        with open("/proc/%d/stat" % sluice.pid) as status:
            ticks = sum(map(int, status.read().split()[13:15])) - before
        expect(ticks < 30, "spins while it cannot accept: %d ticks in a second" % ticks)
        for connection in connections[1:60]:
            connection.close()
        last = connections[-1]
        last.sendall(b"PING\r\n")
        expect_equal(last.recv(100), b"+PONG\r\n", "accepted after others left")


@test
def still_answers_a_client_that_ended_its_half():
    with SluiceProcess() as sluice, sluice.connect() as connection:
        connection.sendall(b"XADD orders 1-1 a b\r\nXLEN orders\r\n")
        connection.shutdown(socket.SHUT_WR)
        expect_equal(read_to_end(connection), b"$3\r\n1-1\r\n:1\r\n", "answers")


@test
def holds_a_slow_reader_back_and_nobody_else():
    with SluiceProcess() as sluice, sluice.connect() as slow:
        sluice.redis().set("big", "x" * 1_000_000)
        slow.setblocking(False)
        sent = 0
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and sent < 64_000_000:
            try:
                sent += slow.send(b"GET big\r\n" * 1000)
            except BlockingIOError:
                break
        expect_equal(sluice.redis().ping(), True, "others are served")
        with open("/proc/%d/statm" % sluice.pid) as statm:
            resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")
        expect(resident < 400_000_000, "%d bytes resident" % resident)
        slow.setblocking(True)
        slow.settimeout(10)
        received = 0
        while received < 20_000_000:
            received += len(slow.recv(1 << 20))


@test
def asks_for_the_password():
    with SluiceProcess(env={"SLUICE_PASSWORD": "secret"}) as sluice:
        with sluice.connect() as connection:
            connection.sendall(b"PING\r\n")
            expect(connection.recv(100).startswith(b"-NOAUTH "), "before AUTH")
        expect_equal(sluice.redis(password="secret").ping(), True, "after AUTH")


# --- TLS ---


def make_certificates(path):
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=path)
    for name in ("server", "ca", "stranger"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", name + ".key", "-out", name + ".crt", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        os.chmod(os.path.join(path, name + ".key"), 0o600)


def tls_arguments(path, port, *more):
    return ["--resp-tls", "127.0.0.1:%d" % port, "--tls-cert", path + "/server.crt",
            "--tls-key", path + "/server.key", *more]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@test
def speaks_tls_1_2_and_1_3_and_nothing_older():
    import redis
    with folder() as path:
        make_certificates(path)
        port = free_port()
        with SluiceProcess(arguments=tls_arguments(path, port)) as sluice:
            client = redis.Redis(host="127.0.0.1", port=port, ssl=True,
                                 ssl_ca_certs=path + "/server.crt")
            expect_equal(client.set("big", "x" * 3_000_000), True, "SET")
            expect_equal(len(client.get("big")), 3_000_000, "GET")
            pipeline = client.pipeline(transaction=False)
            for i in range(2000):
                pipeline.xadd("orders", {"n": i})
            expect_equal(len(pipeline.execute()), 2000, "pipeline")
            for flag, works in (("-tls1_3", True), ("-tls1_2", True), ("-tls1_1", False)):
                done = subprocess.run(
                    ["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, flag, "-quiet",
                     "-cipher", "ALL:@SECLEVEL=0"],
                    input=b"PING\r\nQUIT\r\n", capture_output=True, timeout=10)
                expect_equal(b"+PONG" in done.stdout, works, flag)
            with socket.create_connection(("127.0.0.1", port)) as plain:
                plain.sendall(b"PING\r\n")
                expect(b"PONG" not in read_to_end(plain), "plain text on the TLS door")
            expect_equal(sluice.redis().ping(), True, "the plain door")


@test
def closes_a_tls_handshake_that_does_not_come_to_an_end():
    with folder() as path:
        make_certificates(path)
        port = free_port()
        with SluiceProcess(arguments=tls_arguments(path, port)):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as silent:
                began = time.monotonic()
                expect_equal(read_to_end(silent), b"", "closed")
                expect(4 < time.monotonic() - began < 7, "after 5 seconds")


@test
def asks_tls_clients_for_a_certificate_when_told_so():
    import redis
    with folder() as path:
        make_certificates(path)
        port = free_port()
        arguments = tls_arguments(path, port, "--tls-client-ca", path + "/ca.crt")
        with SluiceProcess(arguments=arguments):
            def client(name):
                return redis.Redis(host="127.0.0.1", port=port, ssl=True,
                                   ssl_ca_certs=path + "/server.crt",
                                   ssl_certfile=name and path + "/" + name + ".crt",
                                   ssl_keyfile=name and path + "/" + name + ".key")
            expect_equal(client("ca").ping(), True, "with a certificate")
            for name in (None, "stranger"):
                try:
                    client(name).ping()
                except (redis.ConnectionError, OSError):
                    continue
                raise AssertionError("let in: %r" % name)


@test
def reads_the_certificate_again_on_SIGHUP():
    def fingerprint(port):
        done = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port],
                              input=b"", capture_output=True, timeout=10)
        return re.search(rb"-----BEGIN CERTIFICATE-----.*?-----END", done.stdout, re.S)[0]
    with folder() as path:
        make_certificates(path)
        port = free_port()
        with SluiceProcess(arguments=tls_arguments(path, port)) as sluice:
            before = fingerprint(port)
            make_certificates(path)
            sluice.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 5
            while fingerprint(port) == before:
                expect(time.monotonic() < deadline, "the old certificate is still shown")


@test
def refuses_keys_that_others_may_read_and_files_that_are_no_certificates():
    with folder() as path:
        make_certificates(path)
        os.chmod(path + "/server.key", 0o644)
        code, _, err = serve(path + "/data", *tls_arguments(path, 0))
        expect_equal(code, 78, "exit code")
        one_sentence(err, "chmod 600")
        os.chmod(path + "/server.key", 0o600)
        with open(path + "/server.crt", "w") as out:
            out.write("nonsense\n")
        code, _, err = serve(path + "/data", *tls_arguments(path, 0))
        expect_equal(code, 78, "exit code")
        one_sentence(err, "server.crt")


# --- HTTP ---


@test
def answers_health_and_metrics():
    with SluiceProcess() as sluice:
        client = sluice.redis()
        client.xadd("orders", {"a": "b"})
        client.execute_command("SLUICE.STREAM", "SET", "orders", "MAXLEN", "10")
        for stream in ("orders", b"two\nlines", "quo\"te\\", "\u00fc"):
            client.xgroup_create(stream, "g", "0", mkstream=True)
        expect_equal(get(sluice, "/healthz")[0], 200, "/healthz")
        expect_equal(get(sluice, "/readyz")[0], 200, "/readyz")
        status, head, body = get(sluice, "/metrics")
        expect_equal(status, 200, "/metrics")
        expect("text/plain; version=0.0.4" in head, head)
        checked = subprocess.run(["promtool", "check", "metrics"], input=body.encode(),
                                 capture_output=True, timeout=30)
        expect_equal((checked.returncode, checked.stdout + checked.stderr), (0, b""), "promtool")
        expect('sluice_command_calls_total{command="xadd"} 1' in body, body)
        expect('sluice_group_lag_events{database="0",stream="orders",group="g"} 1\n' in body, body)


@test
def shows_every_metric_to_the_operator_in_the_documentation():
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/operations.md")
    with open(page) as file:
        documented = file.read()
    with SluiceProcess() as sluice:
        body = get(sluice, "/metrics")[2]
    for name in re.findall(r"^# TYPE (sluice_\w+) ", body, re.M):
        expect(name in documented, name + " is not in docs/operations.md")


@test
def refuses_hostile_requests():
    with SluiceProcess() as sluice:
        for request, status in (
                (b"GET /\r\n\r\n", 400),
                (b"GET / HTTP/1.1\r\n\r\n", 400),
                (b"GET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                (b"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505),
                (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
                (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
                (b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                 b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                (b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413),
                (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
                (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 40000 + b"\r\n\r\n", 431),
        ):
            answer = http(sluice, request + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            head, _, body = answer.partition(b"\r\n\r\n")
            expect_equal(int(head.split()[1]), status, request[:60])
            expect(b"Connection: close" in head, request[:60])
            expect(b"application/problem+json" in head, request[:60])
            expect_equal(json.loads(body)["status"], status, request[:60])
            answers = re.findall(rb"^HTTP/1.1 ", answer, re.M)
            expect_equal(len(answers), 1, "nothing behind an error is answered")


@test
def answers_pipelined_http_requests_in_order():
    with SluiceProcess() as sluice:
        paths = [b"/healthz", b"/nothing", b"/readyz"] * 5
        requests = b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in paths)
        answer = http(sluice, requests + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        statuses = [int(s) for s in re.findall(rb"^HTTP/1.1 (\d+) ", answer, re.M)]
        expect_equal(statuses, [200, 404, 200] * 5 + [404], "statuses")


@test
def gives_up_on_slow_http_heads_and_serves_others_meanwhile():
    with SluiceProcess() as sluice, contextlib.ExitStack() as stack:
        slow = [stack.enter_context(sluice.connect_http()) for _ in range(200)]
        began = time.monotonic()
        for second in range(3):
            for connection in slow:
                connection.sendall(b"G" if second == 0 else b"E")
            asked = time.monotonic()
            expect_equal(get(sluice, "/healthz")[0], 200, "others")
            expect(time.monotonic() - asked < 1, "others wait")
            time.sleep(1)
        for connection in slow:
            expect(read_to_end(connection).startswith(b"HTTP/1.1 408 "), "408")
        expect(4 < time.monotonic() - began < 9, "about 5 seconds after the first byte")


@test
def asks_strangers_for_the_password_before_it_shows_metrics():
    with SluiceProcess(arguments=["--http", "0.0.0.0:0"], env={"SLUICE_PASSWORD": "s3"}) as sluice:
        sluice.http_host = "127.0.0.1"
        expect_equal(get(sluice, "/metrics")[0], 200, "this machine")
        own = next((address[4][0] for address in
                    socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
                    if not address[4][0].startswith("127.")), None)
        if own is None:
            return  # this machine has no other address to ask from
        sluice.http_host = own
        expect_equal(get(sluice, "/healthz")[0], 200, "/healthz is free")
        expect_equal(get(sluice, "/metrics")[0], 401, "without a token")
        answer = http(sluice, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      b"Authorization: Bearer s3\r\n\r\n")
        expect(answer.startswith(b"HTTP/1.1 200 "), answer[:100])


def main():
    wanted = sys.argv[1:]
    failed = 0
    chosen = [t for t in TESTS if not wanted or any(w in t.__name__ for w in wanted)]
    for function in chosen:
        try:
            function()
            print("ok      " + function.__name__, flush=True)
        except Exception as error:  # every failure is reported, none ends the run
            failed += 1
            print("FAILED  %s: %s: %s" % (function.__name__, type(error).__name__, error),
                  flush=True)
    print("%d passed, %d failed" % (len(chosen) - failed, failed))
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
