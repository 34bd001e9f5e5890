"""S3 buckets when something is wrong: keys, regions, certificates, servers that are down, objects that change, kills."""
import json
import os
import random
import signal
import subprocess
import time

from harness import Service
from s3reading import line, one_trigger
from s3servers import Certificates, Moto, Rclone, Refusing


def logged(service, code, bucket):
    """A line of the service's log that names an error code and a bucket, or None."""
    for text in (service.root / "service.log").read_text(errors="replace").splitlines():
        if code in text and text.startswith("{") and json.loads(text).get("bucket") == bucket:
            return json.loads(text)
    return None


def waits_for_the_store(binary, source, target, code, patience=30):
    """A store that cannot be used: an outage with a code and a hint; no try is consumed, nothing is dead."""
    config = one_trigger(source, target).replace("buckets:\n", "buckets:\n  files: { path: ./in }\n", 1) + (
        '  local: { bucket: files, match: "**/*", function: clean, output: "out:local/{key}" }\n')
    with Service(binary, config, buckets=["in"]) as service:
        service.put("k.log", line(n=1))
        service.start(wait=False)
        row = service.until("the outage", lambda: next(
            (row for row in (service.deliveries("k.log") if service.sluice("status").returncode == 0 else [])
             if row.get("failure")), None), patience)
        assert row["failure"]["code"] == code and row["failure"]["message"], row
        assert row["tries"] == 0 and row["state"] in ("ready", "leased"), row
        service.until(f"{code} in the log", lambda: logged(service, code, "in"), patience)
        assert service.process.poll() is None, "the service stays"
        log = (service.root / "service.log").read_text()
        assert "sluice-test-secret" not in log and "wrong-secret" not in log


def wrong_key(binary):
    with Rclone(buckets=["source", "target"]) as server:
        for variable, wrong in (("S3_TEST_SECRET", "wrong-secret"), ("S3_TEST_KEY", "NOSUCHKEY")):
            os.environ.update(S3_WRONG=wrong)
            source, target = [server.settings(name).replace(variable, "S3_WRONG") for name in ("source", "target")]
            waits_for_the_store(binary, source, target, "storage.access-denied")


def missing_bucket(binary):
    for kind in (Rclone, Moto):
        with kind(buckets=["bucket"]) as server:
            waits_for_the_store(binary, server.settings("nosuch"), server.settings("nosuch2"), "storage.bucket-missing")


def no_permission(binary):
    with Refusing(403, "AccessDenied") as server:
        waits_for_the_store(binary, server.settings("source"), server.settings("target"), "storage.access-denied")
        assert len(server.requests) < 200, f"{len(server.requests)} requests: an outage is probed now and then"


def wrong_region(binary):
    with Refusing(400, "AuthorizationHeaderMalformed", extra="<Region>eu-west-1</Region>") as server:
        waits_for_the_store(binary, server.settings("source"), server.settings("target"), "storage.wrong-region")
    headers = [("x-amz-bucket-region", "eu-west-1"), ("Location", "http://127.0.0.1:1/")]
    with Refusing(301, "PermanentRedirect", headers) as server:
        waits_for_the_store(binary, server.settings("source"), server.settings("target"), "storage.wrong-region")


def clock_skew(binary):
    with Refusing(403, "RequestTimeTooSkewed") as server:
        waits_for_the_store(binary, server.settings("source"), server.settings("target"), "storage.clock-skewed")


def slow_down(binary):
    with Refusing(503, "SlowDown", [("Retry-After", "1")]) as server:
        waits_for_the_store(binary, server.settings("source"), server.settings("target"), "storage.unavailable", 15)
        assert len(server.requests) < 200, len(server.requests)


def certificates(binary):
    """An unknown authority and a wrong name are outages; `ca_file` trusts, `insecure_skip_verify` warns."""
    with Rclone() as place:  # for its folder
        good = Certificates(place.root)
        (place.root / "other").mkdir()
        other = Certificates(place.root / "other", host="store.example")
        with Rclone(tls=good, buckets=["source", "target"]) as server:
            waits_for_the_store(binary, server.settings("source"), server.settings("target"), "transport.tls")
            trusted = {"ca_file": f'"{good.authority}"'}
            config = one_trigger(server.settings("source", **trusted), server.settings("target", **trusted))
            server.put("source", "a.log", line(n=1))
            with Service(binary, config, buckets=()).start() as service:
                assert service.ended("a.log")[0]["state"] == "done"
                assert server.get("target", "a.log.ndjson") == line(n=1)
            blind = {"insecure_skip_verify": "true"}
            config = one_trigger(server.settings("source", **blind), server.settings("target", **blind))
            with Service(binary, config, buckets=()).start() as service:
                service.ended("a.log")
                assert "config.exposed" in (service.root / "service.log").read_text()
        with Rclone(tls=other) as server:
            named = {"ca_file": f'"{other.authority}"'}
            waits_for_the_store(binary, server.settings("source", **named), server.settings("target", **named), "transport.tls")


def endpoint_down(binary):
    """The store is down for a while: no try is consumed, few requests, and everything is done when it is back."""
    with Rclone(buckets=["source", "target"]) as server:
        config = one_trigger(server.settings("source"), server.settings("target")) + (
            '  local: { bucket: files, match: "**/*", function: clean, output: "out:local/{key}" }\n')
        config = config.replace("buckets:\n", "buckets:\n  files: { path: ./in }\n", 1)
        with Service(binary, config, buckets=["in"]).start() as service:
            server.put("source", "before.log", line(n=0))
            service.ended("before.log")
            server.stop()
            for n in range(40):
                service.put(f"{n}.log", line(n=n))
            row = service.until("the outage", lambda: next((row for row in service.deliveries() if row.get("failure")), None))
            assert row["failure"]["code"].startswith(("transport.", "storage.")), row
            time.sleep(3)  # Long enough for retries to be consumed, if they were.
            rows = [row for row in service.deliveries() if row["bucket"] == "files"]
            assert len(rows) == 40 and {row["state"] for row in rows} <= {"ready", "leased", "committing"}, rows
            assert {row["tries"] for row in rows} == {0}, rows
            server.start()
            for n in range(10):
                server.put("source", f"after{n}.log", line(n=n))
            service.until("everything done", lambda: len(server.keys("target")) == 51, 90)
            service.idle()
            assert {(row["state"], row["tries"]) for row in service.deliveries()} == {("done", 0)}
            assert server.uploads("target") == []


def down_at_the_start(binary):
    """The service starts without its store, and works when the store comes."""
    with Rclone(buckets=["source", "target"]) as server:
        server.put("source", "a.log", line(n=1))
        server.stop()
        with Service(binary, one_trigger(server.settings("source"), server.settings("target")), buckets=()).start(wait=False) as service:
            service.until("an answer of the service", lambda: service.sluice("status").returncode == 0)
            server.start()
            service.until("the output", lambda: server.keys("target") == ["a.log.ndjson"], 60)


def records(key, version, count, **more):
    """So many lines, each of which says which version of which key it is of."""
    head, tail = line(key=key, version=version, i=0, text="x" * 100, **more).split(b'"i":0', 1)
    return b"".join(b'%b"i":%d%b' % (head, i, tail) for i in range(count))


def version_of(data):
    """The version that the first line is of; 0 of no lines."""
    return json.loads(data.split(b"\n", 1)[0])["version"] if data else 0


def changed_while_read(binary):
    """Objects are overwritten and deleted while they are read: no output mixes versions, the newest one wins (N09, R02)."""
    for kind in (Rclone, Moto):
        with kind(buckets=["source", "target"]) as server:
            rng, versions = random.Random(7), {}
            # More than one part of the target.
            ready = {("big", n): records("big", n, 42_000) for n in range(1, 5)}

            def put(key):
                version = versions[key] = versions.get(key, 0) + 1
                ready.setdefault((key, version), records(key, version, 500))
                server.put("source", key, ready[key, version])

            def check():
                """Whole outputs of one version each; returns the versions."""
                found = {}
                for name in server.keys("target"):
                    data, key = server.get("target", name), name.removesuffix(".ndjson")
                    found[key] = version_of(data)
                    assert data == ready[key, found[key]], f"{key} is no whole version: {len(data)} bytes"
                return found
            config = one_trigger(server.settings("source"), server.settings("target", part_size="5MiB"))
            with Service(binary, config, buckets=()).start() as service:
                for number in range(40):
                    key = rng.choice(["big", "s1", "s2", "s3"])
                    if key == "big" and versions.get("big") == 4:
                        continue
                    put(key)
                    if rng.random() < 0.2 and key != "big":
                        server.s3.delete_object(Bucket="source", Key=key)
                        put(key)
                    time.sleep(rng.uniform(0, 0.15))
                    if number % 8 == 0:
                        check()
                service.until("the newest versions", lambda: check() == versions, 60)
                service.idle()
                assert check() == versions
                server.s3.delete_object(Bucket="source", Key=rng.choice(sorted(versions)))
                service.idle()
                assert not [row for row in service.deliveries() if row["state"] == "dead"]
                assert check() == versions and server.uploads("target") == []


def kills(binary, count=10, seed=7):
    """kill -9 at random moments: 0 lost, 0 duplicate, 0 partial, and no upload of ours left after the next start (R08)."""
    with Rclone(buckets=["source", "middle", "target"]) as server:
        rng, versions = random.Random(seed), {}

        def settings(name):
            return server.settings(name, part_size="5MiB")
        config = f"""\
workers: 4
buckets:
  in: {{ {settings("source")}, watch: {{ scan: 1s }} }}
  mid: {{ {settings("middle")}, watch: {{ scan: 1s }} }}
  out: {{ {settings("target")} }}
functions:
  clean: {{ steps: [ {{ decompress: auto }}, {{ parse: json }}, {{ set: {{ stage: "1" }} }}, {{ encode: ndjson }} ] }}
  pass: {{ steps: [ {{ decompress: auto }}, {{ compress: none }} ] }}
triggers:
  one: {{ bucket: in, function: clean, output: "mid:{{key}}" }}
  two: {{ bucket: mid, function: pass, output: "out:{{key}}" }}
"""
        sizes = {}

        def produce():
            key = f"d{rng.randrange(3)}/f{rng.randrange(12)}"
            version = versions.get(key, 0) + 1
            sizes[key, version] = rng.choice([0, 1, 50, 3000, 42_000])
            server.put("source", key, records(key, version, sizes[key, version]))
            versions[key] = version

        def check(moment):
            """Whole outputs of one version each."""
            for bucket in ("middle", "target"):
                for key in server.keys(bucket):
                    data = server.get(bucket, key)
                    version = version_of(data)
                    assert data == (version and records(key, version, sizes[key, version], stage=1) or b""), (
                        moment, bucket, key, version, len(data), data[:300])
        with Service(binary, config, buckets=()) as service:
            left = 0
            for number in range(count):
                service.start(wait=False)
                deadline = time.monotonic() + rng.uniform(0.05, 1.5)
                while time.monotonic() < deadline:
                    produce()
                service.kill()
                left += sum(len(server.uploads(bucket)) for bucket in ("middle", "target"))
                check(f"after kill {number + 1}")
            service.start()
            service.idle()

            # What was put just before the last kill is found by a scan.
            for key, version in versions.items():
                wanted = records(key, version, sizes[key, version], stage=1)
                service.until(f"version {version} of {key}", lambda: (
                    key in server.keys("target") and server.get("target", key) == wanted), 60)
            service.idle()
            check("at the end")
            assert server.keys("middle") == server.keys("target") == sorted(versions)
            assert all(server.uploads(bucket) == [] for bucket in ("middle", "target")), "an upload of ours was abandoned"
            dead = [row for row in service.deliveries() if row["state"] == "dead"]
            assert not dead, dead
            assert service.sluice("ledger", "verify").returncode == 0
            service.stop()
            print(f"{count} kills, {len(versions)} keys, {sum(versions.values())} versions, {left} uploads found open after kills")


def stopped_while_writing(binary):
    """SIGTERM in the middle of a large upload: a clean end, no try consumed, no upload left, done after the next start."""
    with Rclone(buckets=["source", "target"]) as server:
        (server.root / "big").write_bytes(os.urandom(1 << 20) * 300)
        server.s3.upload_file(str(server.root / "big"), "source", "big")
        config = one_trigger(server.settings("source"), server.settings("target"), "pass", "out:{key}")
        with Service(binary, config, buckets=()) as service:
            service.start(wait=False)
            service.until("an upload under way", lambda: server.uploads("target") or server.keys("target"))
            service.process.send_signal(signal.SIGTERM)
            assert service.process.wait(timeout=40) == 0
            service.process = None
            service.start()
            row = service.ended("big")[0]
            assert row["state"] == "done" and row["tries"] == 0, row
            assert server.uploads("target") == []
            assert server.head("target", "big")["ContentLength"] == 300 << 20


def puts_that_end_early(binary):
    """`sluice put` that is interrupted, at a pipe that stays open, leaves nothing; one that is killed, nothing after the next."""
    with Rclone(buckets=["source", "target"]) as server:
        config = one_trigger(server.settings("source"), server.settings("target", part_size="5MiB"))
        with Service(binary, config, buckets=()) as service:
            service.start()
            service.stop()

            def begin():
                put = subprocess.Popen([service.binary, "put", "-", "out:big", "--config", str(service.root / "sluice.yaml")],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                put.stdin.write(os.urandom(12 << 20))
                put.stdin.flush()
                service.until("an upload under way", lambda: server.uploads("target"))
                return put
            for number in (signal.SIGINT, signal.SIGTERM):
                put = begin()
                put.send_signal(number)
                # Without more input, which an interrupted one must not wait for.
                assert put.wait(timeout=20) == 1
                assert b"interrupted" in put.stderr.read()
                assert server.uploads("target") == []
            put = begin()
            put.kill()
            put.wait()
            assert len(server.uploads("target")) == 1
            (service.root / "small").write_bytes(b"1")
            assert service.sluice("put", str(service.root / "small"), "out:small").returncode == 0
            assert server.uploads("target") == [] and server.keys("target") == ["small"]
            put = begin()
            put.kill()
            put.wait()
            service.start()
            service.until("the sweep of the next start", lambda: server.uploads("target") == [])


def collisions(binary):
    """What another program wrote is not overwritten; equal content is adopted."""
    for kind in (Rclone, Moto):
        with kind(buckets=["source", "target"]) as server:
            server.put("target", "foreign.log.ndjson", b"not ours\n")
            server.put("target", "equal.log.ndjson", line(n=1))
            with Service(binary, one_trigger(server.settings("source"), server.settings("target")), buckets=()).start() as service:
                server.put("source", "foreign.log", line(n=1))
                server.put("source", "equal.log", line(n=1))
                row = service.ended("foreign.log")[0]
                assert (row["state"], row["failure"]["code"]) == ("dead", "output.collision"), row
                assert service.ended("equal.log")[0]["state"] == "done"
                assert server.get("target", "foreign.log.ndjson") == b"not ours\n"
                assert server.uploads("target") == []


def expired_session(binary):
    """Keys that stop being valid are an outage until the configuration has others."""
    with Rclone(buckets=["source", "target"]) as server:
        key = server.root / "secret"
        key.write_text("wrong\n")
        mine = server.settings("target").replace("{ env: S3_TEST_SECRET }", f'{{ file: "{key}" }}')
        with Service(binary, one_trigger("path: ./in", mine), buckets=["in"]).start() as service:
            service.put("a.log", line(n=1))
            service.until("the outage", lambda: next((row for row in service.deliveries() if row.get("failure")), None))
            key.write_text("sluice-test-secret\n")
            service.process.send_signal(signal.SIGHUP)
            service.until("the output", lambda: server.keys("target") == ["a.log.ndjson"], 60)
            assert service.deliveries("a.log")[0]["tries"] == 0


CASES = [wrong_key, missing_bucket, no_permission, wrong_region, clock_skew, slow_down, certificates, endpoint_down, down_at_the_start,
         changed_while_read, kills, stopped_while_writing, puts_that_end_early, collisions, expired_session]
