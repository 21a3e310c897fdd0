"""A full disk refuses new data and nothing else, and publishing resumes by itself (P13).

The data folder is on a small tmpfs of a mount namespace of its own; another file fills it up and
goes away again, several times. Meanwhile acknowledgements, reads and trims go on, nothing that was
acknowledged is lost, and the process does not end.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))

from sluice_process import SluiceProcess  # noqa: E402
from traced import Connection, is_error  # noqa: E402

INSIDE = "SLUICE_TEST_HAS_OWN_MOUNTS"
DISK_MIB = 96
CYCLES = 4
STARTS = 8
RESUME_SECONDS = 10
VALUE = "x" * 16_000


def enter_own_mounts():
    if os.environ.get(INSIDE):
        return
    os.environ[INSIDE] = "1"
    flags = ["-m"] if os.geteuid() == 0 else ["-r", "-m"]
    os.execvp("unshare", ["unshare", *flags, sys.executable, os.path.abspath(__file__)])


class Story:
    def __init__(self, sluice, disk):
        self.sluice, self.disk = sluice, disk
        self.connection = Connection(sluice)
        self.number, self.acked = 0, []
        assert self.call("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM") == "+OK"

    def call(self, *words):
        return self.connection.call(*words)

    def add(self):
        self.number += 1
        reply = self.call("XADD", "s", "%d-1" % self.number, "n", str(self.number), "p", VALUE)
        if not is_error(reply):
            self.acked.append(reply.decode())
        return reply

    def fill_disk(self):
        """Another program takes all the space there is."""
        with open(os.path.join(self.disk, "filler"), "ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(1 << 16))
            except OSError:
                pass

    def free_disk(self):
        os.remove(os.path.join(self.disk, "filler"))

    def add_until_refused(self):
        for _ in range(20_000):
            reply = self.add()
            if is_error(reply):
                return reply
        raise AssertionError("a full disk refused nothing")

    def expect(self, condition, words):
        if not condition:
            raise AssertionError("%s\n%s" % (words, self.sluice.log()[-2000:]))

    def full(self):
        """What must go on while the disk is full."""
        refusal = self.add_until_refused()
        self.expect("DISKFULL" in refusal or "MISCONF" in refusal or "OOM" in refusal,
                    "refused with other words: %r" % refusal)
        self.expect(self.call("XLEN", "s") == len(self.acked), "XLEN counts what was refused")
        got = self.call("XREADGROUP", "GROUP", "g", "c", "COUNT", "10", "STREAMS", "s", ">")
        self.expect(got is not None and not is_error(got), "XREADGROUP: %r" % (got,))
        ids = [entry[0].decode() for entry in got[0][1]]
        self.expect(self.call("XACK", "s", "g", *ids) == len(ids), "XACK does not go on")
        first = self.acked.pop(0)
        self.expect(self.call("XDEL", "s", first) == 1, "XDEL does not go on")
        reply = self.call("XTRIM", "s", "MINID", self.acked[0])
        self.expect(reply == 0, "XTRIM: %r" % (reply,))
        self.expect(self.call("SET", "k", VALUE)[:1] == "-", "SET is not refused")
        self.expect(self.call("PING") == "+PONG", "PING does not go on")
        return refusal

    def says_why(self):
        """An operator may be looking for another cause. What lasts a moment is not logged."""
        for line in self.sluice.log().splitlines():
            if "the disk is full" in line:
                self.expect("No space left on device" in line, "the log does not say why")

    def large_events_die(self):
        """A dead letter is as large as its event: what does not fit is refused, nothing hangs."""
        leases = self.call("SLUICE.LEASE", "GROUP", "w", "c", "COUNT", "100", "LEASE", "3600000",
                           "STREAMS", "large")
        words = []
        for _, entry, epoch, *_ in leases:
            reply = self.call("SLUICE.DEAD", "large", "w", entry.decode(), epoch.decode())
            words.append("DISKFULL" if is_error(reply) and "DISKFULL" in reply else "DEAD")
            self.expect(words[-1] == "DISKFULL" or reply[0] == "+DEAD", "DEAD: %r" % (reply,))
        self.expect("DISKFULL" in words, "all of %d large events died on a full disk" % len(words))
        self.expect(self.call("XLEN", "large:dlq") == words.count("DEAD"), "dead letters are lost")
        self.expect(self.call("XTRIM", "large", "MAXLEN", "0") > 0, "XTRIM does not go on")
        return words.count("DEAD")

    def resumes(self):
        begun = time.monotonic()
        while is_error(self.add()):
            self.expect(time.monotonic() - begun < RESUME_SECONDS, "publishing does not resume")
            time.sleep(0.05)
        return time.monotonic() - begun

    def all_there(self):
        seen = []
        # A reply ends at output_bytes_max; the next one goes on behind it.
        while part := self.call("XRANGE", "s", "(" + seen[-1] if seen else "-", "+"):
            seen += [entry[0].decode() for entry in part]
        self.expect(seen == self.acked, "%d acknowledged, %d there" % (len(self.acked), len(seen)))


def run(disk):
    arguments = ["--durability", "disk", "--segment-bytes", "4MiB", "--reserve-bytes", "16MiB",
                 "--checkpoint-bytes", "16MiB"]
    with SluiceProcess(data=os.path.join(disk, "data"), arguments=arguments) as sluice:
        story = Story(sluice, disk)
        for _ in range(100):
            story.add()
        for cycle in range(CYCLES):
            story.fill_disk()
            refusal = story.full()
            story.says_why()
            story.free_disk()
            resumed = story.resumes()
            print("cycle %d: %r after %d entries, resumed after %.1f s" %
                  (cycle + 1, refusal, len(story.acked), resumed))
            story.all_there()
            # Room for the next cycle: trimmed entries give their segments back.
            keep = story.acked[len(story.acked) // 2]
            story.call("XTRIM", "s", "MINID", keep)
            story.acked = story.acked[len(story.acked) // 2:]
            story.all_there()
        story.call("SLUICE.GROUP", "CREATE", "large", "w")
        for _ in range(12):
            story.call("XADD", "large", "*", "p", "x" * 2_000_000)
        story.fill_disk()
        story.add_until_refused()
        print("%d of 12 large events died on a full disk" % story.large_events_die())
        story.free_disk()
        story.resumes()
        story.fill_disk()
        story.add_until_refused()
        for _ in range(STARTS):
            sluice.kill()
            story.fill_disk()
            sluice.start()
            story.connection = Connection(sluice)
            story.all_there()
        print("killed and started again with a full disk: %d entries are there" % len(story.acked))
        story.free_disk()
        story.resumes()
        story.all_there()
        if sluice.terminate() != 0:
            raise AssertionError("SIGTERM did not end with 0")


def main():
    enter_own_mounts()
    disk = tempfile.mkdtemp(prefix="sluice-full-")
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % DISK_MIB, "none", disk],
                       check=True)
        run(disk)
    finally:
        subprocess.run(["umount", "-l", disk], check=False)
        shutil.rmtree(disk, ignore_errors=True)
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
