"""What an event costs beside millions that wait: parked for a retry, or pending with a worker."""

import measuring
import servers

WAITING = 5_000_000
WAITING_QUICK = 100_000
MEASURED = 100_000
BATCH = 1000
GROUP, STREAM = "g", "s"
AIM = 1.5


class Pipe:
    """Commands by the thousand: written in one piece, their replies counted."""

    def __init__(self, port):
        self.connection = servers.Connection(port)

    def send(self, commands):
        self.connection.socket.sendall(b"".join(
            b"*%d\r\n" % len(command) + b"".join(
                b"$%d\r\n%s\r\n" % (len(word), word) for word in command)
            for command in commands))

    def replies(self, count):
        return [self.connection.reply() for _ in range(count)]


def lease(pipe, count):
    """(id, epoch) of so many events."""
    pipe.send([(b"SLUICE.LEASE", b"GROUP", b"g", b"w", b"COUNT", str(count).encode(), b"LEASE",
                b"86400000", b"STREAMS", b"s")])
    return [(lease[1].encode(), lease[2].encode()) for lease in pipe.replies(1)[0] or []]


def add(pipe, count):
    pipe.send([(b"XADD", b"s", b"*", b"task", b"build")] * count)
    pipe.replies(count)


def make_wait(pipe, count, kind):
    """So many events are parked for a day, or stay with a worker."""
    for _ in range(0, count, BATCH):
        add(pipe, BATCH)
        leased = lease(pipe, BATCH)
        if kind == "parked":
            pipe.send([(b"SLUICE.FAIL", b"s", b"g", entry, epoch, b"DELAY", b"86400000")
                       for entry, epoch in leased])
            pipe.replies(len(leased))


def cpu_per_event(server, pipe):
    """Published, leased and settled, a hundred at a time: the server's processor time of one."""
    before = server.cpu_seconds()
    for _ in range(0, MEASURED, 100):
        add(pipe, 100)
        settled = [word for pair in lease(pipe, 100) for word in pair]
        pipe.send([(b"SLUICE.ACK", b"s", b"g", *settled)])
        pipe.replies(1)
    return (server.cpu_seconds() - before) * 1e6 / MEASURED


def measure(settings):
    outcomes = []
    count = WAITING if settings.seconds >= 1 else WAITING_QUICK
    for kind in ("parked", "pending"):
        with servers.server_of("sluice os", settings.work_folder) as server:
            pipe = Pipe(server.port)
            pipe.connection.call("SLUICE.GROUP", "CREATE", STREAM, GROUP)
            alone = cpu_per_event(server, pipe)
            make_wait(pipe, count, kind)
            beside = cpu_per_event(server, pipe)
        outcomes.append(measuring.Outcome(
            "waiting", f"publish, lease and settle beside {count:,} {kind} events",
            "sluice os", "the same beside none", beside, alone, "us of CPU", beside / alone,
            (beside / alone, beside / alone), AIM, must=True, at_most=True))
    return outcomes
