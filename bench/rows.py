"""What is measured: one row for each workload and pair of servers, with the aim it must reach."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    benchmark: str   # the name in BENCHMARKS: resp.xadd, resp.group, ...
    what: str        # for people
    ours: str        # a server of servers.server_of
    peer: str
    driver: tuple    # arguments of resp_driver
    aim: float       # ours / peer in units per second, at least
    must: bool = True  # False: shown for orientation


def xadd(connections, pipeline, *more, size=256):
    return ("xadd", "-c", str(connections), "-P", str(pipeline), "--size", str(size), *more)


def group(connections, count, *more, size=256):
    return ("group", "-c", str(connections), "--count", str(count), "--size", str(size), *more)


def load_rows():
    """Every workload that resp_driver puts on both servers."""
    rows = [
        # The level that survives a power cut, against Redis without any persistence.
        Row("resp.xadd", "XADD 256 B, 8 connections, pipeline 100",
            "sluice disk", "redis none", xadd(8, 100), 1.5),
        Row("resp.group", "XREADGROUP COUNT 100 + XACK, 8 connections",
            "sluice disk", "redis none", group(8, 100), 1.5),
        # The same promise on both sides.
        Row("resp.xadd", "XADD 256 B, 1 connection, pipeline 100",
            "sluice disk", "redis always", xadd(1, 100), 2.5),
        Row("resp.group", "XREADGROUP COUNT 100 + XACK, 1 connection",
            "sluice disk", "redis always", group(1, 100), 2.5),
        Row("resp.xadd", "XADD 256 B, 50 connections, no pipeline",
            "sluice disk", "redis always", xadd(50, 1), 2.0),
        Row("resp.group", "XREADGROUP COUNT 1 + XACK, 50 connections",
            "sluice disk", "redis always", group(50, 1), 2.0),
        Row("resp.xadd", "XADD 256 B, 1 connection, no pipeline",
            "sluice disk", "redis always", xadd(1, 1), 1.2),
        Row("resp.group", "XREADGROUP COUNT 1 + XACK, 1 connection",
            "sluice disk", "redis always", group(1, 1), 1.2),
    ]
    # Surviving kill -9, against Redis without any persistence: at no point slower.
    for connections, pipeline in ((1, 1), (50, 1), (1, 16), (50, 16), (1, 100), (8, 100)):
        rows.append(Row("resp.xadd", f"XADD 256 B, {counted(connections)}, pipeline {pipeline}",
                        "sluice os", "redis none", xadd(connections, pipeline),
                        1.5 if pipeline == 100 else 1.0))
    for connections, count in ((1, 1), (50, 1), (1, 10), (1, 100), (8, 100)):
        rows.append(Row("resp.group",
                        f"XREADGROUP COUNT {count} + XACK, {counted(connections)}",
                        "sluice os", "redis none", group(connections, count),
                        1.5 if count == 100 else 1.0))
    # Trimming on the way, larger entries, the middle persistence of Redis, the upper bound.
    rows += [
        Row("resp.xadd", "XADD MAXLEN ~ 10000, 8 connections, pipeline 100",
            "sluice disk", "redis none", xadd(8, 100, "--maxlen", "10000"), 1.5, must=False),
        Row("resp.xadd", "XADD 256 B, 8 connections, pipeline 100",
            "sluice os", "redis everysec", xadd(8, 100), 2.0, must=False),
        Row("resp.group", "XREADGROUP COUNT 100 + XACK of 1 KiB, 8 connections",
            "sluice os", "redis none", group(8, 100, size=1024), 1.5, must=False),
        Row("resp.xadd", "XADD 256 B, 8 connections, pipeline 100, of the bound",
            "sluice os", "null", xadd(8, 100), 0.6, must=False),
        Row("log.durable", "300 B, 1 producer, each waits for the disk",
            "sluice disk", "redis always", xadd(1, 1, size=300), 1.3, must=False),
        Row("log.durable", "300 B, 16 producers, each waits for the disk",
            "sluice disk", "redis always", xadd(16, 1, size=300), 3.0, must=False),
        Row("log.durable", "300 B, 256 producers, each waits for the disk",
            "sluice disk", "redis always", xadd(256, 1, size=300), 5.0, must=False),
    ]
    return rows


def counted(connections):
    return "1 connection" if connections == 1 else f"{connections} connections"
