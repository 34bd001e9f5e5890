"""S3 buckets when all goes well: read, write, scan, chain, copy, after-actions, commands, odd keys."""
import concurrent.futures
import gzip
import json
import os
import subprocess

from harness import Service
from s3servers import ENVIRONMENT, Moto, Rclone, rclone

CLEAN = """\
functions:
  clean: { steps: [ { decompress: auto }, { parse: json }, { drop: [noise] }, { encode: ndjson } ] }
  pass: { steps: [ { decompress: none }, { compress: none } ] }
  mirror: { copy: { tags: true } }
"""
SERVERS = {"rclone": Rclone, "moto": Moto}


def one_trigger(source, target, function="clean", output="out:{key}.ndjson", after="keep", more=""):
    """Source and target as `s3: { … }` or `path: …`."""
    return (f"buckets:\n  in: {{ {source}, after: {after}, watch: {{ scan: 1s }} }}\n  out: {{ {target} }}\n{more}{CLEAN}"
            f'triggers:\n  all: {{ bucket: in, match: "**/*", function: {function}, output: "{output}" }}\n')


def line(**fields):
    return (json.dumps(fields, separators=(",", ":")) + "\n").encode()


def packed(*records):
    """Records as they come out again: what is not changed is passed on as it was written."""
    return gzip.compress(b"".join(line(**record) for record in records), 1)


def read_write_scan(binary):
    """What is there at the start and what comes later is read and written, with lineage beside it; nothing twice."""
    for kind in SERVERS.values():
        with kind(buckets=["source", "target"]) as server:
            wanted = {f"a/{n}.gz.ndjson": line(n=n) for n in range(20)}
            for n in range(10):
                server.put("source", f"a/{n}.gz", packed({"n": n, "noise": "x" * 100}))
            config = one_trigger(server.settings("source"), server.settings("target"))
            with Service(binary, config, buckets=()).start() as service:
                for n in range(10, 20):
                    server.put("source", f"a/{n}.gz", packed({"n": n, "noise": "x" * 100}))
                for n in range(20):
                    assert service.ended(f"a/{n}.gz")[0]["state"] == "done"
                assert {key: server.get("target", key) for key in server.keys("target")} == wanted
                head = server.head("target", "a/7.gz.ndjson")
                assert head["ContentType"].startswith("application/x-ndjson"), head
                lineage = " ".join(f"{name}={value}" for name, value in head["Metadata"].items()).lower()
                for word in ("a/7.gz", "all"):
                    assert word in lineage, lineage
                assert server.uploads("target") == []
                before = server.listing("target")
                server.put("source", "a/3.gz", packed({"n": 33}))
                assert [row["state"] for row in service.ended("a/3.gz", 2)] == ["done", "superseded"] or \
                    service.deliveries("a/3.gz")[0]["state"] == "done"
                assert server.get("target", "a/3.gz.ndjson") == line(n=33)
                after = server.listing("target")
                changed = [key for key in after if after[key]["ETag"] != before[key]["ETag"]]
                assert changed == ["a/3.gz.ndjson"], changed
                service.stop()


def large_objects(binary):
    """Parts in parallel both ways: bytes equal, no upload left, memory bounded by the configuration."""
    for kind in SERVERS.values():
        with kind(buckets=["source", "target"]) as server:
            data = os.urandom(1 << 20) * 80 + b"end"
            path = server.root / "large"
            path.write_bytes(data)
            server.s3.upload_file(str(path), "source", "large.bin")
            config = one_trigger(server.settings("source"), server.settings("target"), "pass", "out:{key}")
            with Service(binary, config, buckets=()).start() as service:
                assert service.ended("large.bin")[0]["state"] == "done"
                assert server.get("target", "large.bin") == data
                assert server.uploads("target") == []
                peak = int(next(text.split()[1] for text in open(f"/proc/{service.process.pid}/status") if "VmHWM" in text))
                assert peak < 300_000, f"{peak} KiB"
                # Seen by a scan as what it is: the ETag of a listing, a HEAD and the answer to the upload may differ.
                service.ended("large.bin")
                assert len(service.deliveries("large.bin")) == 1


def chained(binary):
    """local -> S3 -> local, and one server -> another: what one trigger writes is the next one's event, at once."""
    with Rclone(buckets=["middle"]) as first, Moto(buckets=["last"]) as second:
        config = f"""\
buckets:
  in: {{ path: ./in, watch: {{ scan: 2s }} }}
  middle: {{ {first.settings("middle")}, watch: {{ scan: 1h }} }}
  last: {{ {second.settings("last")}, watch: {{ scan: 1h }} }}
  out: {{ path: ./out }}
{CLEAN}
triggers:
  one: {{ bucket: in, match: "**/*", function: clean, output: "middle:m/{{key}}" }}
  two: {{ bucket: middle, match: "**/*", function: pass, output: "last:l/{{key}}" }}
  three: {{ bucket: last, match: "**/*", function: pass, output: "out:{{key}}" }}
"""
        with Service(binary, config).start() as service:
            for n in range(30):
                service.put(f"d/{n}.gz", packed({"n": n, "noise": 1}))
            service.until("all at the end of the chain", lambda: len(service.files("out")) == 30)
            service.idle()
            assert service.files("out") == sorted(f"l/m/d/{n}.gz" for n in range(30)), service.files("out")
            assert (service.root / "out/l/m/d/7.gz").read_bytes() == line(n=7)
            assert first.keys("middle") == sorted(f"m/d/{n}.gz" for n in range(30))
            assert second.keys("last") == sorted(f"l/m/d/{n}.gz" for n in range(30))
            assert len(service.deliveries()) == 90


def beside_us(binary):
    """boto3 and rclone write and read the same buckets while we do, in one piece and in parts."""
    with Rclone(buckets=["source", "target"]) as server:
        local = server.root / "local"
        local.mkdir()
        for n in range(20):
            (local / f"r{n}.gz").write_bytes(packed(*({"n": n, "i": i} for i in range(500))))
        config = one_trigger(server.settings("source"), server.settings("target"))
        with Service(binary, config, buckets=()).start() as service, concurrent.futures.ThreadPoolExecutor(8) as pool:
            futures = [pool.submit(server.put, "source", f"b{n}.gz", packed({"n": n})) for n in range(40)]
            futures.append(pool.submit(rclone, server, "copy", str(local), "store:source/r"))
            big = packed(*({"i": i, "text": os.urandom(150).hex()} for i in range(60_000)))
            (server.root / "big.gz").write_bytes(big)
            futures.append(pool.submit(server.s3.upload_file, str(server.root / "big.gz"), "source", "big.gz"))
            for future in futures:
                future.result()
            service.until("61 outputs", lambda: len(server.keys("target")) == 61, 60)
            service.idle()
            assert len(big) > 8 << 20, len(big)
            assert server.get("target", "big.gz.ndjson") == gzip.decompress(big)
            fetched = server.root / "fetched"
            rclone(server, "copy", "store:target", str(fetched))
            for n in range(20):
                assert (fetched / f"r/r{n}.gz.ndjson").read_bytes() == b"".join(line(n=n, i=i) for i in range(500))
            assert (fetched / "b7.gz.ndjson").read_bytes() == line(n=7)
            assert {row["state"] for row in service.deliveries()} <= {"done", "superseded"}


# Traps K01 to K07.
ODD_KEYS = ["a b", "a+b", "a%20b", "a%2Bb", "a%", "a%zz", "\u00fc", "u\u0308", "\U0001F600", "\u202eabc", "\ufeffx", "x\uffff", "a\nb",
            "a\tb", "a\x01b", "a\x7fb", "a\x1b[31mb", "../x", "a/../../x", "/etc/cron.d/x", "a//b", "./a", "a/./b", "~", "-rf", "a..b",
            "k" * 1000, "x" * 300 + "/y", "case", "CASE", "con", "a&b<c>\"'", "a\rb", "a\r\nb", "q", "q/r", "?q=1#f", "a=b&c", "a\\b",
            "a:b*|", "{key}", "[a]", "\u2028", "a;b,c", "'", "e\u0301/\u00e9"]


def is_file_name(key):
    """Whether a key can be a path below a directory."""
    parts = key.split("/")
    return not any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts)


def odd_keys(binary):
    """Keys of traps section 1.4 come in from S3 and go out to S3 and to files: byte for byte, or refused with a reason."""
    for name, kind in SERVERS.items():
        with kind(buckets=["source", "target"]) as server:
            for key in ODD_KEYS:
                if key == "q/r":
                    continue  # Comes later, when `q` is a file.
                try:
                    server.put("source", key, line(key=key))
                except Exception:
                    pass  # What the server itself refuses.
            stored = {}
            for key in server.keys("source"):
                try:
                    stored[key] = server.get("source", key)
                except Exception:
                    pass  # What it lists but cannot find: its own lies.
            assert len(stored) > 25, stored.keys()
            config = f"""\
buckets:
  in: {{ {server.settings("source")}, watch: {{ scan: 2s }} }}
  away: {{ {server.settings("target")} }}
  out: {{ path: ./out }}
{CLEAN}
triggers:
  away: {{ bucket: in, ignore: [], function: pass, output: "away:{{key}}" }}
  files: {{ bucket: in, ignore: [], function: pass, output: "out:{{key}}" }}
"""
            with Service(binary, config, buckets=["out"]).start() as service:
                service.until(f"two deliveries of each of {len(stored)} keys", lambda: len(service.deliveries()) >= 2 * len(stored))
                service.idle()
                away = {row["key"]: row for row in service.deliveries() if row["trigger"] == "away"}
                # No template makes a key with empty, `.` or `..` components (K04), nor does a copy stay behind.
                refused = {key for key in stored if any(part in ("", ".", "..") for part in key.split("/"))}
                assert all(away[key]["failure"]["code"] == "output.invalid-key" for key in refused), (name, refused)
                lost = [key for key, data in stored.items() if _read(server, "target", key) != (None if key in refused else data)]
                assert not lost, (name, [(key, away.get(key)) for key in lost])
                wrong = []
                for key, data in stored.items():
                    path = service.root / "out" / key
                    there = is_file_name(key) and path.is_file() and path.read_bytes() == data
                    if there != is_file_name(key):
                        wrong.append(key)
                assert not wrong, (name, wrong)
                if name != "rclone":  # There `q` is a file as well.
                    server.put("source", "q/r", line(key="q/r"))
                    rows = {row["trigger"]: row for row in service.ended("q/r", 2)}
                    assert server.get("target", "q/r") == line(key="q/r")
                    assert rows["files"]["failure"]["code"] == "output.collision", rows
                    assert (service.root / "out/q").read_bytes() == stored["q"], rows
                files = [row for row in service.deliveries() if row["trigger"] == "files"]
                assert all(row["failure"]["code"] and row["failure"]["message"] for row in files if row["state"] == "dead"), files
                outside = [path for path in service.root.rglob("*") if path.is_file() and path.name in ("x", "y")
                           and (service.root / "out") not in path.parents]
                assert not outside, outside
                # Nothing raw on a terminal: escapes and line feeds are shown, not sent (S08, S10).
                assert "\x1b[31mb" not in service.sluice("deliveries", "list").stdout


def _read(server, bucket, key):
    try:
        return server.get(bucket, key)
    except Exception:
        return None


def files_with_odd_keys(binary):
    """The same keys as files go to S3 and come back as files."""
    with Rclone(buckets=["middle"]) as server:
        config = f"""\
buckets:
  in: {{ path: ./in, watch: {{ scan: 2s }} }}
  middle: {{ {server.settings("middle")}, watch: {{ scan: 1s }} }}
  out: {{ path: ./out }}
{CLEAN}
triggers:
  there: {{ bucket: in, ignore: [], function: pass, output: "middle:{{key}}" }}
  back: {{ bucket: middle, ignore: [], function: pass, output: "out:{{key}}" }}
"""
        with Service(binary, config).start() as service:
            # rclone keeps control characters under other names, and `q` and `q/r` cannot both be files.
            keys = [key for key in ODD_KEYS if is_file_name(key) and key != "q/r" and all(" " <= c != "\x7f" for c in key)
                    and not any(len(part.encode()) > 200 for part in key.split("/"))]
            for key in keys:
                service.put(key, line(key=key))
            service.until(f"{len(keys)} files", lambda: len(service.files("out")) >= len(keys))
            service.idle()
            for key in keys:
                assert (service.root / "out" / key).read_bytes() == line(key=key), key


def copying(binary):
    """The built-in copy keeps bytes, content type, metadata and tags, between stores and directories."""
    with Moto(buckets=["source", "target"]) as server:
        server.put("source", "a.html", b"<p>", ContentType="text/html", Metadata={"who": "me"}, Tagging="class=red&n=1")
        config = one_trigger(server.settings("source"), server.settings("target"), "mirror", "out:copies/{key}")
        with Service(binary, config, buckets=()).start() as service:
            assert service.ended("a.html")[0]["state"] == "done"
            head = server.head("target", "copies/a.html")
            assert head["ContentType"] == "text/html" and head["Metadata"]["who"] == "me", head
            tags = server.s3.get_object_tagging(Bucket="target", Key="copies/a.html")["TagSet"]
            assert {tag["Key"]: tag["Value"] for tag in tags} == {"class": "red", "n": "1"}, tags
            assert server.get("target", "copies/a.html") == b"<p>"


def after_actions(binary):
    """`after: delete | move | tag` happen once all deliveries are done, to that version only, and overwrite nothing."""
    with Moto(buckets=["source", "target", "archive"]) as server:
        cases = {"delete": "delete", "move": '{ move: "archive:old/{key}" }', "tag": '{ tag: { processed: "true" } }'}
        for name, after in cases.items():
            more = f"  archive: {{ {server.settings('archive')} }}\n" if name == "move" else ""
            server.put("source", f"{name}.log", line(n=1), Metadata={"who": "me"})
            config = one_trigger(server.settings("source"), server.settings("target"), after=after, more=more)
            with Service(binary, config, buckets=()).start() as service:
                service.ended(f"{name}.log")
                if name == "tag":
                    def tagged():
                        tags = server.s3.get_object_tagging(Bucket="source", Key="tag.log")["TagSet"]
                        return {"Key": "processed", "Value": "true"} in tags
                    service.until("the tag", tagged)
                    assert server.get("source", "tag.log") == line(n=1)
                    assert len(service.deliveries("tag.log")) == 1, "tagging is no new version"
                else:
                    service.until("the source's removal", lambda: f"{name}.log" not in server.keys("source"))
                if name == "move":
                    assert server.get("archive", "old/move.log") == line(n=1)
                    assert server.head("archive", "old/move.log")["Metadata"]["who"] == "me"
                    server.put("archive", "old/second.log", b"foreign")
                    server.put("source", "second.log", line(n=2))
                    service.ended("second.log")
                    service.idle()
                    assert server.get("archive", "old/second.log") == b"foreign", "a move never overwrites"
                    assert server.get("source", "second.log") == line(n=2)
                assert server.get("target", f"{name}.log.ndjson") == line(n=1)


def commands(binary):
    """`sluice put|get|ls|rm` on a bucket of a store, with and without the service."""
    with Rclone(buckets=["source", "target"]) as server:
        config = one_trigger(server.settings("source"), server.settings("target"))
        with Service(binary, config, buckets=()) as service:
            path, big = service.root / "a b+c.log", service.root / "big"
            path.write_bytes(line(n=1))
            big.write_bytes(os.urandom(1 << 20) * 20)
            for running in (False, True):
                if running:
                    service.start()
                for arguments in (["put", str(path), "in:d/a b+c.log"], ["put", str(big), "out:big"], ["get", "out:big", "-o", str(path) + ".2"]):
                    done = service.sluice(*arguments)
                    assert done.returncode == 0, (arguments, done)
                assert (service.root / "a b+c.log.2").read_bytes() == big.read_bytes()
                assert server.get("source", "d/a b+c.log") == line(n=1)
                done = service.sluice("ls", "in:")
                assert done.returncode == 0 and "a b+c.log" in done.stdout, done
                (service.root / "a b+c.log.2").unlink()
                assert service.sluice("rm", "out:big").returncode == 0
                assert "big" not in server.keys("target")
                assert service.sluice("get", "out:big", "-o", str(path) + ".3").returncode != 0
                assert server.uploads("target") == []


def restart(binary):
    """After a stop and a start nothing is done twice, and what came meanwhile is done."""
    with Rclone(buckets=["source", "target"]) as server:
        config = one_trigger(server.settings("source"), server.settings("target"))
        with Service(binary, config, buckets=()).start() as service:
            for n in range(20):
                server.put("source", f"{n}.log", line(n=n))
            service.until("20 outputs", lambda: len(server.keys("target")) == 20)
            service.idle()
            service.stop()
            before = server.listing("target")
            server.stop()  # The store loses what it only remembers: metadata.
            server.start()
            server.put("source", "late.log", line(n=-1))
            service.start()
            service.ended("late.log")
            service.idle()
            assert len(service.deliveries()) == 21
            after = server.listing("target")
            assert all(after[key]["LastModified"] == before[key]["LastModified"] for key in before)


def probing(binary):
    """`doctor` says what the store can do; the probe leaves nothing; `probe: off` forbids it."""
    for kind in SERVERS.values():
        with kind(buckets=["source", "target"]) as server:
            config = one_trigger(server.settings("source"), server.settings("target"))
            with Service(binary, config, buckets=()) as service:
                done = service.sluice("doctor")
                assert "target" in done.stdout + done.stderr or "out" in done.stdout, done
                service.start()
                server.put("source", "a.log", line(n=1))
                service.ended("a.log")
                every = server.s3.list_objects_v2(Bucket="target").get("Contents", [])
                assert [entry["Key"] for entry in every] == ["a.log.ndjson"], every
                assert server.uploads("target") == []
            off = config.replace("path_style: true", "path_style: true, probe: off")
            with Service(binary, off, buckets=()).start() as service:
                server.put("source", "b.log", line(n=2))
                service.ended("b.log")
                assert server.get("target", "b.log.ndjson") == line(n=2)


def example(binary):
    """The example against `rclone serve s3` counts right."""
    path = ENVIRONMENT.parents[1] / "fixtures" / "s3-etl" / "run"
    done = subprocess.run([str(path), binary], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


CASES = [read_write_scan, large_objects, chained, beside_us, odd_keys, files_with_odd_keys, copying, after_actions, commands, restart,
         probing, example]
