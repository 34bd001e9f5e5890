"""Notifications: webhook and queue. Hints only: soon when they are right, harmless when they are wrong or repeated."""
import base64
import hashlib
import hmac
import json
import os
import statistics
import time
import urllib.parse

from harness import Service
from s3reading import CLEAN, line
from s3servers import Moto, Rclone, client, free_port, post

TOKEN, SECRET = "a-token-of-the-tests", "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


def config(server, notifications, more="", listen="", scan="1h"):
    return (f"{listen}buckets:\n  in: {{ {server.settings('source')}, watch: {{ scan: {scan}, notifications: [ {notifications} ] }} }}\n"
            f"  out: {{ {server.settings('target')} }}\n{more}{CLEAN}"
            'triggers:\n  all: { bucket: in, match: "**/*", function: clean, output: "out:{key}.ndjson" }\n')


def listening(port, how):
    os.environ.update(S3_HOOK_TOKEN=TOKEN, S3_HOOK_SECRET=SECRET)
    return f'listen: {{ webhook: {{ address: "127.0.0.1:{port}", {how} }} }}\n'


def record(bucket, key, etag, size, event="ObjectCreated:Put", source="aws:s3"):
    key = urllib.parse.quote_plus(key)
    return {"eventVersion": "2.1", "eventSource": source, "awsRegion": "us-east-1", "eventName": event,
            "eventTime": "2026-10-01T00:00:00.000Z",
            "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                   "object": {"key": key, "size": size, "eTag": etag, "sequencer": "0055AED6DCD90281E5"}}}


def messages(key, etag, size):
    """The same event as every sender writes it (conventions.md 1 and 2)."""
    s3 = record("source", key, etag, size)
    yield "aws", {"Records": [s3]}
    yield "minio", {"EventName": "s3:ObjectCreated:Put", "Key": f"source/{key}",
                    "Records": [{**record("source", key, etag, size, "s3:ObjectCreated:Put", "minio:s3"), "awsRegion": ""}]}
    yield "eventbridge", {"version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3", "account": "1",
                          "time": "2026-10-01T00:00:00Z", "region": "us-east-1", "resources": ["arn:aws:s3:::source"],
                          "detail": {"version": "0", "bucket": {"name": "source"}, "reason": "PutObject",
                                     "object": {"key": key, "size": size, "etag": etag}}}
    yield "cloudevents", {"specversion": "1.0", "id": "1", "source": "aws:s3.us-east-1.source", "subject": key,
                          "type": "com.amazonaws.s3.ObjectCreated:Put", "datacontenttype": "application/json", "data": s3}
    yield "oss", {"events": [{"eventName": "ObjectCreated:PutObject", "eventSource": "acs:oss", "eventVersion": "1.0", "region": "r",
                              "oss": {"bucket": {"name": "source"}, "object": {"key": urllib.parse.quote_plus(key), "size": size, "eTag": etag}}}]}


def webhook(binary):
    """Every dialect makes the object be seen at once; sent again, nothing happens."""
    with Rclone(buckets=["source", "target"]) as server:
        port = free_port()
        with Service(binary, config(server, "webhook", listen=listening(port, "token: { env: S3_HOOK_TOKEN }")), buckets=()).start() as service:
            headers, number = {"Authorization": f"Bearer {TOKEN}"}, 0
            for dialect, _ in messages("", "", 0):
                number += 1
                key, data = f"d/{dialect} a+b.log", line(n=number)
                etag = server.put("source", key, data)["ETag"].strip('"')
                body = json.dumps(dict(messages(key, etag, len(data)))[dialect])
                for _ in range(3):
                    status = post(port, "/webhook", body, headers)
                    assert status // 100 == 2, (dialect, status)
                service.until(f"the output of {key}", lambda: f"{key}.ndjson" in server.keys("target"), 15)
            service.idle()
            assert len(service.deliveries()) == number, service.deliveries()
            assert post(port, "/webhook", json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "source"}), headers) // 100 == 2


def forged(binary):
    """Without the token, with a wrong one, of foreign buckets, of objects that are not there: nothing but one HEAD at most (S14)."""
    with Rclone(buckets=["source", "target"], tells=True) as server:
        port = free_port()
        with Service(binary, config(server, "webhook", listen=listening(port, "token: { env: S3_HOOK_TOKEN }")), buckets=()).start() as service:
            data = line(n=1)
            etag = server.put("source", "real.log", data)["ETag"].strip('"')
            body = json.dumps({"Records": [record("source", "real.log", etag, len(data))]})
            assert post(port, "/webhook", body, {}) == 401
            assert post(port, "/webhook", body, {"Authorization": "Bearer wrong"}) == 401
            good = {"Authorization": f"Bearer {TOKEN}"}
            assert post(port, "/webhook", json.dumps({"Records": [record("elsewhere", "k", "0" * 32, 1)]}), good) < 500
            assert post(port, "/webhook", json.dumps({"Records": [record("source", "nothing.log", "0" * 32, 1)]}), good) // 100 == 2
            assert post(port, "/webhook", "{ no json", good) // 100 == 4
            service.until("a look at what is not there", lambda: server.heads("source", "nothing.log"))
            time.sleep(1)
            assert service.deliveries() == [], service.deliveries()
            assert [server.heads("source", key) for key in ("real.log", "k", "nothing.log")] == [0, 0, 1]
            # A lie about the content: what is there decides.
            post(port, "/webhook", json.dumps({"Records": [record("source", "real.log", "f" * 32, 99)]}), good)
            assert server.heads("source", "real.log") <= 1
            post(port, "/webhook", body, good)
            service.until("the output", lambda: server.keys("target") == ["real.log.ndjson"], 15)
            assert len(service.deliveries()) == 1


def signed(binary):
    """Standard Webhooks: an HMAC over id, time and body; old and repeated ones are refused or harmless."""
    with Rclone(buckets=["source", "target"]) as server:
        port = free_port()
        with Service(binary, config(server, "webhook", listen=listening(port, "hmac: { env: S3_HOOK_SECRET }")), buckets=()).start() as service:
            def send(number, when=None, secret=SECRET):
                data = line(n=number)
                etag = server.put("source", f"{number}.log", data)["ETag"].strip('"')
                body = json.dumps({"Records": [record("source", f"{number}.log", etag, len(data))]})
                stamp = str(int(time.time() if when is None else when))
                key = base64.b64decode(secret.removeprefix("whsec_"))
                mac = base64.b64encode(hmac.new(key, f"msg_{number}.{stamp}.{body}".encode(), hashlib.sha256).digest()).decode()
                return post(port, "/webhook", body, {"webhook-id": f"msg_{number}", "webhook-timestamp": stamp, "webhook-signature": f"v1,{mac}"})
            assert send(1) // 100 == 2
            service.until("the output", lambda: server.keys("target") == ["1.log.ndjson"], 15)
            assert send(2, when=time.time() - 3600) == 401
            assert send(3, secret="whsec_" + base64.b64encode(b"x" * 32).decode()) == 401
            time.sleep(1)
            assert server.keys("target") == ["1.log.ndjson"]


def queue(binary):
    """moto sends what happens to SQS; the service takes it from there, deletes it once it is kept, and does each object once."""
    with Moto(buckets=["source", "target"]) as server:
        url = server.notify("source")
        sqs = (f'{{ sqs: {{ queue: "{url}", region: us-east-1, endpoint: "{server.endpoint}" }} }}')
        with Service(binary, config(server, sqs), buckets=()).start() as service:
            for n in range(30):
                server.put("source", f"d/{n} a+b.log", line(n=n))
            service.until("30 outputs", lambda: len(server.keys("target")) == 30)
            service.until("an empty queue", lambda: server.waiting(url) == 0)
            service.idle()
            assert len(service.deliveries()) == 30
            server.s3.delete_object(Bucket="source", Key="d/1 a+b.log")
            server.sqs.send_message(QueueUrl=url, MessageBody="no json at all")
            server.put("source", "last.log", line(n=-1))
            service.until("the last one", lambda: "last.log.ndjson" in server.keys("target"))
            service.kill()
            for n in range(10):
                server.put("source", f"meanwhile{n}.log", line(n=n))
            service.start()
            service.until("what came meanwhile", lambda: len(server.keys("target")) >= 41)
            service.idle()
            assert len([row for row in service.deliveries() if row["state"] == "done"]) == 41


def both(binary):
    """Notifications and frequent scans together never make two deliveries of one version (N10)."""
    with Moto(buckets=["source", "target"]) as server:
        url = server.notify("source")
        sqs = (f'{{ sqs: {{ queue: "{url}", region: us-east-1, endpoint: "{server.endpoint}" }} }}')
        with Service(binary, config(server, sqs, scan="1s"), buckets=()).start() as service:
            for n in range(90):
                server.put("source", f"{n}.log", line(n=n))
            service.until("90 outputs", lambda: len(server.keys("target")) == 90, 60)
            service.until("an empty queue", lambda: server.waiting(url) == 0)
            service.idle()
            assert len(service.deliveries()) == 90, len(service.deliveries())


def latency(binary):
    """From the notification to the visible output of 100 KB; measured properly by the benchmark, here only looked at."""
    with Rclone(buckets=["source", "target"]) as server:
        port = free_port()
        with Service(binary, config(server, "webhook", listen=listening(port, "token: { env: S3_HOOK_TOKEN }")), buckets=()).start() as service:
            print(f"median {statistics.median(measure(server, port, 20)) * 1000:.0f} ms")
            assert len(service.deliveries()) == 20


def measure(server, port, count):
    """Seconds from the post of a notification to the output's being there, for so many objects of 100 KB."""
    eyes, waits = client(server.endpoint), []
    data = b"".join(line(i=i, text="z" * 80) for i in range(1000))
    for n in range(count):
        etag = server.put("source", f"{n}.log", data)["ETag"].strip('"')
        body = json.dumps({"Records": [record("source", f"{n}.log", etag, len(data))]})
        began = time.monotonic()
        assert post(port, "/webhook", body, {"Authorization": f"Bearer {TOKEN}"}) // 100 == 2
        while True:
            try:
                eyes.head_object(Bucket="target", Key=f"{n}.log.ndjson")
                break
            except eyes.exceptions.ClientError:
                assert time.monotonic() - began < 15, f"no output of {n}.log within 15 s"
        waits.append(time.monotonic() - began)
    return waits


CASES = [webhook, forged, signed, queue, both, latency]
