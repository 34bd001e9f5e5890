"""Drives a real service over a temporary folder, from outside: files in, files and verdicts out."""
import gzip
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

HEAD = "state: ./state\n"


class Service:
    """One folder with a configuration; `start` and `stop` as often as needed."""

    def __init__(self, binary, config, buckets=("in", "out")):
        self.binary = str(pathlib.Path(binary).resolve())
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="sluice-scenario-"))
        for name in buckets:
            (self.root / name).mkdir()
        (self.root / "tmp").mkdir()
        (self.root / "sluice.yaml").write_text(HEAD + config)
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.kill()
        if kind is None:
            shutil.rmtree(self.root, ignore_errors=True)

    def start(self, wait=True):
        self.log = open(self.root / "service.log", "ab")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(self.root / "sluice.yaml"), "--log-format", "json"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        if wait:
            self.until("the first scan", lambda: all(
                bucket["last_scan"] for bucket in self.status()["buckets"] if bucket["watching"] != "output only"))
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=40)
        assert code == 0, f"a graceful stop ended with {code}"
        self.process = None

    def kill(self):
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.process = None

    def sluice(self, *arguments):
        return subprocess.run([self.binary, *arguments, "--config", str(self.root / "sluice.yaml")],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def json(self, *arguments):
        done = self.sluice(*arguments, "--json")
        assert done.returncode == 0, f"sluice {arguments}: {done.returncode} {done.stdout} {done.stderr}"
        return json.loads(done.stdout)

    def status(self):
        done = self.sluice("status", "--json")
        return json.loads(done.stdout) if done.returncode == 0 else {"buckets": [{"last_scan": None, "watching": ""}], "counters": []}

    def until(self, what, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if self.process and self.process.poll() is not None:
                raise AssertionError(f"the service ended with {self.process.returncode} while waiting for {what}")
            if time.monotonic() > deadline:
                listing = self.sluice("deliveries", "list").stdout
                raise AssertionError(f"waited {seconds} s for {what}\n{listing}\nfolder: {self.root}")
            time.sleep(0.03)

    def put(self, key, data, bucket="in"):
        """Another program's atomic write: beside the bucket, then renamed."""
        target = self.root / bucket / key
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = self.root / "tmp" / "next"
        staged.write_bytes(data)
        os.replace(staged, target)
        return target

    def deliveries(self, key=None):
        rows = self.json("deliveries", "list", "--limit", "1000")["deliveries"]
        return [row for row in rows if key is None or row["key"] == key]

    def ended(self, key, count=1):
        """Waits until `count` deliveries of a key have ended and none is open; newest first."""
        def done():
            rows = self.deliveries(key)
            still = [row for row in rows if row["state"] in ("ready", "leased", "committing")]
            return rows if len(rows) >= count and not still else None
        return self.until(f"{count} ended deliveries of {key}", done)

    def idle(self):
        self.until("an idle service", lambda: not any(
            row["count"] for row in self.status()["counters"] if row["state"] in ("ready", "leased", "committing")))

    def files(self, bucket):
        base = self.root / bucket
        return sorted(str(path.relative_to(base)) for path in base.rglob("*")
                      if path.is_file() and ".sluice" not in path.relative_to(base).parts)

    def staged(self):
        return [path for path in self.root.rglob("*") if path.is_file() and ".sluice" in path.relative_to(self.root).parts]


def packed(*records, level=1):
    return gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode(), level)
